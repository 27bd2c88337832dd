# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.pdd_connector import pop
from odoo.fields import Domain
from odoo.tools import SQL

OFFSALE_API = "pdd.goods.sale.status.set"
ASK_AGAIN = timedelta(days=7)


class PddGoodsOffsale(models.Model):
    """A proposal to take sold-out goods off sale, or to put them on sale again.

    Nothing is done without a manager's approval: goods that leave the shelf lose their
    place in the platform's lists. Setting the status twice does no harm, so a lost answer
    is simply tried again.
    """

    _name = "pdd.goods.offsale"
    _description = "PDD Off-Sale Proposal"
    _inherit = ["pdd.outbox"]
    _order = "state, id desc"
    _rec_name = "goods_id"
    _outbox_cron = "pdd_connector_stock.ir_cron_stock_publish"

    goods_id = fields.Many2one(
        "pdd.goods", required=True, readonly=True, index=True, ondelete="cascade"
    )
    shop_id = fields.Many2one(related="goods_id.shop_id", store=True, index=True)
    company_id = fields.Many2one(related="shop_id.company_id", store=True)
    onsale = fields.Boolean(string="Put on Sale", readonly=True)
    state = fields.Selection(
        [
            ("to_approve", "To approve"),
            ("to_send", "Approved"),
            ("done", "Done"),
            ("error", "Refused by the platform"),
            ("rejected", "Rejected"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        default="to_approve",
    )
    approve_user_id = fields.Many2one("res.users", string="Decided By", readonly=True)
    approve_date = fields.Datetime(string="Decided On", readonly=True)
    error_message = fields.Text(string="Answer")

    _open_uniq = models.UniqueIndex(
        "(goods_id) WHERE state IN ('to_approve', 'to_send')",
        "These goods have a proposal already.",
    )

    # --- propose

    @api.model
    def _propose(self):
        """Propose what is sold out, and what the connector took off and is back."""
        self._withdraw()
        rows = self.env.execute_query(
            SQL(
                """
                WITH stock AS (
                    SELECT sku.goods_id, MAX(level.target_qty) AS most,
                           BOOL_AND(COALESCE(level.state = 'ready', FALSE)) AS is_known
                      FROM pdd_sku AS sku
                 LEFT JOIN pdd_stock_level AS level ON level.sku_id = sku.id
                     WHERE sku.active
                     GROUP BY sku.goods_id
                )
                SELECT goods.id, stock.most > 0
                  FROM pdd_goods AS goods
                  JOIN stock ON stock.goods_id = goods.id
                  JOIN pdd_shop AS shop ON shop.id = goods.shop_id
             LEFT JOIN LATERAL (
                       SELECT state, onsale, create_date FROM pdd_goods_offsale
                        WHERE goods_id = goods.id
                          AND (state != 'withdrawn' OR onsale IS NOT TRUE)
                        ORDER BY id DESC LIMIT 1
                       ) AS last ON TRUE
                 WHERE shop.stock_offsale AND shop.stock_publish
                   AND goods.is_listed
                   AND COALESCE(last.state, '') NOT IN ('to_approve', 'to_send')
                   AND ((stock.is_known AND stock.most = 0 AND goods.is_onsale
                         AND (last.state IS NULL
                              OR last.state IN ('done', 'withdrawn')
                              OR last.onsale IS TRUE OR last.create_date < %s))
                        OR (stock.most > 0 AND last.state IN ('done', 'withdrawn')
                            AND last.onsale IS NOT TRUE
                            AND goods.is_onsale IS NOT TRUE))
                """,
                fields.Datetime.now() - ASK_AGAIN,
            )
        )
        self.create([{"goods_id": goods, "onsale": onsale} for goods, onsale in rows])

    @api.model
    def _withdraw(self):
        """Take back proposals that waited until the stock was another one."""
        self.search([("state", "=", "to_approve")])._filter_outdated().unlink()

    def _filter_outdated(self):
        """Return those whose goods have stock again, or have none any more."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT proposal.id
                  FROM pdd_goods_offsale AS proposal
                  JOIN pdd_sku AS sku ON sku.goods_id = proposal.goods_id AND sku.active
                  JOIN pdd_stock_level AS level ON level.sku_id = sku.id
                 WHERE proposal.id = ANY(%s)
                 GROUP BY proposal.id
                HAVING (MAX(level.target_qty) > 0) != (proposal.onsale IS TRUE)
                """,
                self.ids,
            )
        )
        return self.browse([row_id for (row_id,) in rows])

    # --- decide

    def action_approve(self):
        """Approve; the platform is told by the scheduled action."""
        self._decide("to_send")
        # the scheduled action is the connector's, whoever approves
        self.sudo()._trigger_send()

    def action_reject(self):
        """Leave the goods as they are; what stays sold out is proposed again in a week."""
        self._decide("rejected")

    def _decide(self, state):
        self.shop_id._check_may_decide_on_stock()
        waiting = self.filtered(lambda row: row.state == "to_approve")
        # proposals are the connector's; who decided is kept
        waiting.sudo().write(
            {
                "state": state,
                "approve_user_id": self.env.uid,
                "approve_date": fields.Datetime.now(),
            }
        )

    # --- tell

    @api.model
    def _send_approved(self, shops):
        """Tell the platform what was approved; a shop that fails is tried later."""
        self._send_due(Domain("shop_id", "in", shops.ids))

    def _tell(self):
        """Tell one decision, unless its reason has gone while it waited."""
        if self._filter_outdated():
            return self._prepare_outdated_vals(), None
        answer = self.shop_id._call(
            OFFSALE_API,
            goods_id=int(self.goods_id.goods_id),
            is_onsale=int(self.onsale),
        )
        if answer.get("is_success") is not True:
            raise pop.PddBusinessError(0, self.env._("No success was reported."))
        return {**self._prepare_sent_vals(), "state": "done"}, None

    def _prepare_outdated_vals(self):
        """End what was approved and is not true any more.

        An attempt before may have reached the platform without an answer. So goods that
        are found off sale afterwards are proposed to be put on sale, see _propose.
        """
        if self.onsale:
            message = self.env._("Not told: nothing is left to offer.")
        else:
            message = self.env._("Not told: there is stock to offer again.")
        return {"state": "withdrawn", "error_message": message, "retry_date": False}

    def _write_outcome(self, vals, seen=None):
        """Note on the goods what the platform was told."""
        result = super()._write_outcome(vals, seen)
        if vals.get("state") == "done":
            self.goods_id.is_onsale = self.onsale
        return result
