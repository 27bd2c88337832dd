# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.addons.pdd_connector import pop

from ..const import ADDRESS_API


class PddReturnAddress(models.Model):
    """An address of the shop to which buyers send goods back, as the platform knows it."""

    _name = "pdd.return.address"
    _description = "PDD Return Address"
    _order = "is_default desc, id"
    _rec_name = "address"

    shop_id = fields.Many2one(
        "pdd.shop", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="shop_id.company_id", store=True)
    platform_id = fields.Char(string="Platform's ID", required=True, readonly=True)
    address = fields.Char(readonly=True)
    is_default = fields.Boolean(string="Default", readonly=True)
    active = fields.Boolean(default=True, readonly=True)

    _platform_id_uniq = models.Constraint(
        "UNIQUE(shop_id, platform_id)", "This return address exists already."
    )

    @api.model
    def _refresh(self, shop):
        """Read the return addresses of a shop; nothing is locked yet.

        :raise pop.PddError: the platform refused
        """
        answer = shop._call(ADDRESS_API)
        rows = pop.parse_objects(answer, "refund_address_list")
        # the platform's own table: whoever asks, the connector writes it
        addresses = self.sudo().with_context(active_test=False)
        known = {
            address.platform_id: address
            for address in addresses.search([("shop_id", "=", shop.id)])
        }
        wanted = {}
        for row in rows:
            vals = self._prepare_vals(row)
            wanted[vals["platform_id"]] = {**vals, "shop_id": shop.id}
        for platform_id, vals in wanted.items():
            if platform_id in known:
                known[platform_id].write(vals)
        addresses.create([v for key, v in wanted.items() if key not in known])
        gone = [a.id for key, a in known.items() if key not in wanted]
        addresses.browse(gone).active = False

    @api.model
    def _prepare_vals(self, row):
        parts = ("province_name", "city_name", "district_name", "refund_address")
        texts = [pop.parse_text(row.get(part)) for part in parts]
        return {
            "platform_id": pop.parse_text(row.get("refund_address_id")),
            "address": " ".join(filter(None, texts)),
            "is_default": row.get("is_default") == "Y",
            "active": True,
        }
