# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.pdd_connector import pop
from odoo.exceptions import UserError
from odoo.tools import SQL
from psycopg2 import OperationalError

OFFSALE_API = "pdd.goods.sale.status.set"
BATCH = 100
ASK_AGAIN = timedelta(days=7)


class PddGoodsOffsale(models.Model):
    """A proposal to take sold-out goods off sale, or to put them on sale again.

    Nothing is done without a manager's approval: goods that leave the shelf lose their
    place in the platform's lists. Setting the status twice does no harm, so a lost answer
    is simply tried again.
    """

    _name = "pdd.goods.offsale"
    _description = "PDD Off-Sale Proposal"
    _order = "state, id desc"
    _rec_name = "goods_id"

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
    sent_date = fields.Datetime(string="Told On", readonly=True)
    message = fields.Char(string="Answer", readonly=True)

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
        self.env["pdd.stock.publication"]._wake()

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
        rows = self.search(
            [("state", "=", "to_send"), ("shop_id", "in", shops.ids)], limit=BATCH
        )
        for _shop, proposals in rows.grouped("shop_id").items():
            for proposal in proposals:
                # it may have waited for long: for a token, for the platform
                if proposal._filter_outdated():
                    proposal._settle_outdated()
                elif not proposal._send():
                    break

    def _send(self):
        """Tell one decision; return whether the shop may go on."""
        try:
            answer = self.shop_id._call(
                OFFSALE_API,
                goods_id=int(self.goods_id.goods_id),
                is_onsale=int(self.onsale),
            )
        except pop.PddClockError as error:
            return self._settle_failure(error)
        except (pop.PddBusinessError, pop.PddParameterError) as error:
            message = self.shop_id._explain(error)
            self._settle({"state": "error", "message": message})
            return True
        except (pop.PddError, UserError) as error:
            return self._settle_failure(error)
        done = answer.get("is_success") is True
        self._settle(
            {
                "state": "done" if done else "error",
                "sent_date": fields.Datetime.now(),
                "message": False,
            }
        )
        return True

    def _settle_outdated(self):
        """End what was approved and is not true any more.

        An attempt before may have reached the platform without an answer. So goods that
        are found off sale afterwards are proposed to be put on sale, see _propose.
        """
        if self.onsale:
            message = self.env._("Not told: nothing is left to offer.")
        else:
            message = self.env._("Not told: there is stock to offer again.")
        self._settle({"state": "withdrawn", "message": message})

    def _settle_failure(self, error):
        """Note why it waits; return that the shop may not go on."""
        self.env.cr.rollback()
        is_told = isinstance(error, pop.PddError)
        message = self.shop_id._explain(error) if is_told else error.args[0]
        self._settle({"message": message})
        return False

    def _settle(self, vals):
        """Write the outcome; if another worker was faster it is told once more."""
        self.env.cr.rollback()
        try:
            self.write(vals)
            if vals.get("state") == "done":
                self.goods_id.is_onsale = self.onsale
            self.env["ir.cron"]._commit_progress()
        except OperationalError:
            self.env.cr.rollback()
