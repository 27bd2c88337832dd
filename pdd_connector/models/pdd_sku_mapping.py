# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class PddSkuMapping(models.Model):
    """What a SKU was before: the code it carried, the product it stood for.

    A row is written when one of the two ends; who ended it and when are its author
    and its date. What holds now stands on the SKU.
    """

    _name = "pdd.sku.mapping"
    _description = "Former Mapping of a PDD SKU"
    _order = "id desc"
    _rec_name = "outer_id"

    sku_id = fields.Many2one(
        "pdd.sku",
        string="SKU",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="sku_id.company_id", store=True)
    outer_id = fields.Char(string="Merchant Code", readonly=True, index=True)
    product_id = fields.Many2one(
        "product.product", readonly=True, index="btree_not_null", ondelete="set null"
    )
    product_name = fields.Char(
        readonly=True, help="Its name then; it may be deleted since."
    )
    mapping_method = fields.Selection(
        lambda self: self.env["pdd.sku"]._fields["mapping_method"].selection,
        string="Mapped By",
        readonly=True,
    )
    mapping_date = fields.Datetime(string="Mapped On", readonly=True)
    create_date = fields.Datetime(string="Until")
    create_uid = fields.Many2one("res.users", string="Changed By")
