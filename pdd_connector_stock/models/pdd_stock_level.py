# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from .pdd_stock_publication import OPEN_STATES

STATES = [
    ("ready", "Published"),
    ("stopped", "Publishing stopped"),
    ("no_rule", "No rule"),
    ("untracked", "Not tracked"),
    ("uncounted", "Not counted"),
    ("unmapped", "Not mapped"),
]


# what a person reads: one word for what is published and what came of it
STATUS = [
    ("published", "Published"),
    ("to_send", "To publish"),
    ("held", "To approve"),
    ("refused", "Reduction refused"),
    ("unknown", "No answer"),
    ("error", "Error"),
    *[state for state in STATES if state[0] != "ready"],
]


class PddStockLevel(models.Model):
    """What a SKU may offer, as it was worked out last: one row per SKU ever mapped.

    The invariant: what is told to the platform is at most

        floor(share x (free over the rule's warehouses - safety)) - sold

    where ``free`` is what no stock move reserves or asks for, and ``sold`` is what the
    platform sold and no stock move of Odoo knows yet: orders that are pending, held or
    in error, those read in the same run before anything is worked out, and those the
    platform's own quantity betrays although its lists do not show them yet
    (see :class:`~.pdd_stock_publication_tell.PddStockPublication`).

    Only the computation writes these rows, each of them at every computation. So two
    workers that work out the same SKU at once collide, and the one that saw the older
    stock starts over: an older result never hides a newer one.
    """

    _name = "pdd.stock.level"
    _description = "PDD Stock Level"
    _rec_name = "sku_id"
    _order = "target_qty, id"

    sku_id = fields.Many2one(
        "pdd.sku", string="SKU", required=True, readonly=True, ondelete="cascade"
    )
    shop_id = fields.Many2one("pdd.shop", readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    product_id = fields.Many2one(
        "product.product", readonly=True, index=True, ondelete="cascade"
    )
    rule_id = fields.Many2one("pdd.stock.rule", readonly=True, ondelete="set null")
    state = fields.Selection(STATES, readonly=True)
    target_qty = fields.Integer(
        string="To Offer", readonly=True, help="What the rule allows now."
    )
    free_qty = fields.Float(
        string="Free", readonly=True, digits="Product Unit", help="Not promised yet."
    )
    sold_qty = fields.Float(
        string="Sold, Not Reserved",
        readonly=True,
        digits="Product Unit",
        help="Pieces in orders that have no stock move yet.",
    )
    sold_total = fields.Integer(
        readonly=True,
        exportable=False,
        help="Pieces in all orders of the SKU that were read since the start.",
    )
    revision = fields.Integer(readonly=True, exportable=False)
    compute_date = fields.Datetime(string="Worked Out On", readonly=True)
    change_date = fields.Datetime(
        string="Last Change", readonly=True, help="When Odoo's side changed last."
    )

    # --- what the platform was told and shows
    published_qty = fields.Integer(related="sku_id.published_qty")
    platform_qty = fields.Integer(related="sku_id.platform_qty")
    publication_id = fields.Many2one(related="sku_id.publication_id")
    published_date = fields.Datetime(related="publication_id.sent_date")
    stock_stop = fields.Boolean(related="sku_id.stock_stop")
    outcome = fields.Selection(related="sku_id.stock_outcome")
    status = fields.Selection(
        STATUS,
        compute="_compute_status",
        help="What is published of the SKU, and what came of it last.",
    )
    open_publication_id = fields.Many2one(
        "pdd.stock.publication", string="On Its Way", compute="_compute_open"
    )
    in_flight_qty = fields.Integer(
        string="In Flight", compute="_compute_open", help="On its way to the platform."
    )
    is_in_flight = fields.Boolean(compute="_compute_open", search="_search_in_flight")
    drift_qty = fields.Integer(
        string="Drift",
        compute="_compute_drift",
        help="What the platform showed last, beyond what sales since explain.",
    )

    _sku_uniq = models.Constraint("UNIQUE(sku_id)", "A SKU has one stock level.")

    def _compute_open(self):
        latest = dict(
            self.env["pdd.stock.publication"]._read_group(
                [("sku_id", "in", self.sku_id.ids), ("state", "in", OPEN_STATES)],
                ["sku_id"],
                ["id:max"],
            )
        )
        for level in self:
            publication_id = latest.get(level.sku_id, False)
            level.open_publication_id = publication_id
            level.in_flight_qty = level.open_publication_id.target_qty
            level.is_in_flight = bool(publication_id)

    @api.depends("state", "outcome", "publication_id")
    def _compute_status(self):
        for level in self:
            level.status = level._get_status()

    def _get_status(self):
        """Return the one thing to know about a SKU; trouble comes before success."""
        if self.state != "ready":
            return self.state
        if self.open_publication_id.state == "held":
            return "held"
        if self.outcome in ("refused", "error", "unknown"):
            return self.outcome
        return "published" if self.publication_id else "to_send"

    @api.model
    def _search_in_flight(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("sku_id.publication_ids.state", "in", OPEN_STATES)]

    @api.depends("platform_qty", "publication_id", "state")
    def _compute_drift(self):
        """Compare with what was told; the list read last need not know all sales yet."""
        for level in self:
            publication = level.publication_id
            if (
                not publication
                or level.open_publication_id
                or level.state != "ready"  # what nobody publishes may differ
            ):
                level.drift_qty = 0
                continue
            expected = publication._get_expected(level.sold_total)
            told = max(expected, publication.after_qty)
            shown = level.platform_qty
            level.drift_qty = max(shown - told, 0) + min(shown - expected, 0)

    # --- buttons

    def action_why(self):
        """Open the publication that says why the shop shows what it shows."""
        return self.sku_id.action_why()

    def action_publish(self):
        """Work out these SKUs now and tell the platform, also what seems equal."""
        self.sku_id.action_publish_stock()

    def action_confirm_opening(self):
        """Ask how many pieces of these SKUs' products there are."""
        return self.sku_id.action_confirm_opening()

    def action_toggle_stop(self):
        """Stop or resume these SKUs."""
        self.sku_id.action_toggle_stock_stop()

    def action_view_publications(self):
        return self.sku_id.action_view_publications()

    def action_view_changes(self):
        return self.sku_id.action_view_stock_changes()

    def action_view_replenishment(self):
        """Open the reordering rules of these products."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "stock.action_orderpoint_replenish"
        )
        products = self._get_component_products()
        action["domain"] = [("product_id", "in", products.ids)]
        return action
