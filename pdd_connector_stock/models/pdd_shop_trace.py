# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)


class PddShop(models.Model):
    """The alarm about parcels that are told but never picked up."""

    _inherit = "pdd.shop"

    scan_alarm_hours = fields.Integer(
        string="Pick-up Scan Within (hours)",
        default=24,
        required=True,
        help="A told parcel without a carrier's scan after this time raises an alarm: "
        "the platform takes it for a fake shipment.",
    )

    def _review_scan_alarm(self):
        """Open or close the issue about parcels without a pick-up scan."""
        Parcel = self.env["pdd.parcel"]
        for shop in self:
            count = Parcel.search_count(Parcel._domain_lacks_scan(shop))
            if not count:
                self.env["pdd.issue"]._settle(shop, "scan", [""])
                continue
            name = _lt(
                "Parcels were told to Pinduoduo but not scanned by the carrier: find "
                "them and hand them over."
            )
            detail = self.env._("Parcels: %s", count)
            self.env["pdd.issue"]._report(shop, "scan", "", name, detail=detail)
