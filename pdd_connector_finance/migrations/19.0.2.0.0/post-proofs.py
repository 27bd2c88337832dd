# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A day is proven only by files that end with totals which agree."""


def migrate(cr, version):
    """Open the days that files without totals had proven."""
    cr.execute(
        "UPDATE pdd_proof SET state = 'open'"
        " WHERE state = 'proven' AND has_totals IS NOT TRUE"
    )
