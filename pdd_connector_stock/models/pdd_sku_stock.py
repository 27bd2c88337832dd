# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class PddSku(models.Model):
    """What the platform was told about a SKU, and the switch that stops it."""

    _inherit = "pdd.sku"

    stock_stop = fields.Boolean(
        string="Stop Publishing",
        tracking=True,
        copy=False,
        help="The stock of this SKU is kept by hand in the merchant backend.",
    )
    publication_id = fields.Many2one(
        "pdd.stock.publication",
        string="Last Publication",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    published_qty = fields.Integer(
        string="Published", readonly=True, copy=False, help="Told to the platform last."
    )
    stock_outcome = fields.Selection(
        [
            ("sent", "Told"),
            ("equal", "Right already"),
            ("refused", "Reduction refused"),
            ("unknown", "No answer"),
            ("error", "Error"),
        ],
        string="Last Outcome",
        readonly=True,
        copy=False,
    )
    publication_ids = fields.One2many("pdd.stock.publication", "sku_id", readonly=True)
    stock_level_ids = fields.One2many("pdd.stock.level", "sku_id", readonly=True)

    stock_state = fields.Selection(related="stock_level_ids.state")
    stock_status = fields.Selection(related="stock_level_ids.status", string="Stock")

    @api.model_create_multi
    def create(self, vals_list):
        skus = super().create(vals_list)
        mapped = skus.filtered("product_id")
        self.env["pdd.stock.mark"]._mark("mapping", skus=mapped)
        return skus

    def write(self, vals):
        is_mapping = vals.keys() & {"product_id", "active"}
        former = self.product_id if is_mapping else None
        result = super().write(vals)
        Mark = self.env["pdd.stock.mark"]
        if is_mapping:
            # what is told nothing for a while may have been changed by hand
            Mark._mark("mapping", skus=self, is_check=True)
            Mark._mark("mapping", products=former)
        if "stock_stop" in vals:
            Mark._mark("switch", skus=self, is_check=True)
        return result

    # --- buttons

    def action_why(self):
        """Open the publication that says why the shop shows what it shows."""
        self.ensure_one()
        publication = self.publication_ids[:1] or self.publication_id
        if not publication and self.stock_state == "uncounted":
            raise UserError(
                self.env._(
                    "The stock of %s is not published: its product was never counted "
                    "and never in stock. Confirm its opening quantity.",
                    self.display_name,
                )
            )
        if not publication:
            raise UserError(
                self.env._(
                    "The stock of %s was never published: create a stock rule for the "
                    "shop, and map the SKU to a product that is tracked in inventory.",
                    self.display_name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why This Quantity"),
            "res_model": "pdd.stock.publication",
            "res_id": publication.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_confirm_opening(self):
        """Ask how many pieces of these SKUs' products there are."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector_stock.pdd_sku_opening_action"
        )
        return {**action, "context": {"active_ids": self.ids}}

    def action_publish_stock(self):
        """Work out these SKUs now and tell the platform, whatever Odoo believes."""
        self.env["pdd.stock.mark"]._mark("request", skus=self, is_check=True)
        return self.shop_id._notify_stock_requested()

    def action_toggle_stock_stop(self):
        """Stop or resume publishing these SKUs."""
        for stopped, skus in self.grouped("stock_stop").items():
            skus.stock_stop = not stopped

    def action_view_publications(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector_stock.pdd_stock_publication_action"
        )
        action["domain"] = [("sku_id", "=", self.id)]
        action["context"] = {}
        return action

    def action_view_stock_changes(self):
        """Open the changes of Odoo's stock behind this SKU."""
        self.ensure_one()
        product_ids = [product for product, _per in self._get_components()]
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pdd_connector_stock.pdd_stock_change_action"
        )
        action["domain"] = [("product_id", "in", product_ids)]
        action["context"] = {}
        return action
