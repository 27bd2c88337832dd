# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

MOST_CLASSES = 200


class PddCaseReason(models.Model):
    """A class of reasons for after-sales, found by words in the buyer's reason."""

    _name = "pdd.case.reason"
    _description = "PDD After-sale Reason Class"
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    words = fields.Char(
        help="Parts of the platform's reason texts, separated by commas. The first "
        "class one of whose words is in the reason wins; a class without words takes "
        "the rest."
    )

    @api.model
    def _get_classes(self):
        """Return all classes, in the order in which they are tried."""
        return self.search([], limit=MOST_CLASSES)

    def _classify(self, text):
        """Return which of these classes fits a reason's text, empty when none does."""
        text = text or ""
        for reason in self:
            words = (reason.words or "").replace("，", ",").split(",")
            words = [word.strip() for word in words if word.strip()]
            if not words or any(word in text for word in words):
                return reason
        return self.browse()
