# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.tools import SQL

from ..const import INVOICE_AGREED


class PddRevenueReport(models.Model):
    """Revenue of shops by tax rate, and how much of it has a tax invoice.

    Revenue and tax come from the posted entries, one row per entry and rate. What
    buyers were invoiced comes from the platform's agreed applications; it counts in the
    month in which the order's revenue was booked.
    """

    _name = "pdd.revenue.report"
    _description = "PDD Revenue by Tax Rate"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "tax_rate"

    date = fields.Date(readonly=True, help="Accounting date.")
    shop_id = fields.Many2one("pdd.shop", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    move_id = fields.Many2one("account.move", string="Journal Entry", readonly=True)
    application_id = fields.Many2one("pdd.invoice.application", readonly=True)
    tax_rate = fields.Char(readonly=True)
    net_amount = fields.Monetary(string="Revenue", readonly=True)
    tax_amount = fields.Monetary(string="Output Tax", readonly=True)
    total_amount = fields.Monetary(string="Revenue with Tax", readonly=True)
    invoiced_amount = fields.Monetary(
        string="Invoiced to Buyers", readonly=True, help="Tax included."
    )
    uninvoiced_amount = fields.Monetary(
        string="Uninvoiced", readonly=True, help="Revenue with tax less invoiced."
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT booked.*, 0.0 AS invoiced_amount,
                   booked.total_amount AS uninvoiced_amount
              FROM (%(booked)s) booked
         UNION ALL
            SELECT invoiced.*, -invoiced.invoiced_amount AS uninvoiced_amount
              FROM (%(invoiced)s) invoiced
            """,
            booked=self._query_booked(),
            invoiced=self._query_invoiced(),
        )

    def _query_booked(self):
        """Return what entries of shops say about revenue and output tax, by rate."""
        return SQL(
            """
            SELECT min(item.id) AS id, move.date, move.pdd_shop_id AS shop_id,
                   move.company_id, move.id AS move_id, NULL::int AS application_id,
                   %(rate)s AS tax_rate,
                   sum(item.net) AS net_amount, sum(item.tax) AS tax_amount,
                   sum(item.net + item.tax) AS total_amount
              FROM (SELECT line.id, line.move_id, line.balance * -1 AS net,
                           0.0 AS tax, COALESCE(used.amount, 0.0) AS amount
                      FROM account_move_line line
                      JOIN account_account account ON account.id = line.account_id
                 LEFT JOIN LATERAL (
                           SELECT max(tax.amount) AS amount
                             FROM account_move_line_account_tax_rel rel
                             JOIN account_tax tax ON tax.id = rel.account_tax_id
                            WHERE rel.account_move_line_id = line.id) used ON TRUE
                     WHERE account.account_type IN ('income', 'income_other')
                       AND line.parent_state = 'posted'
                 UNION ALL
                    SELECT line.id, line.move_id, 0.0, line.balance * -1, tax.amount
                      FROM account_move_line line
                      JOIN account_tax tax ON tax.id = line.tax_line_id
                     WHERE line.parent_state = 'posted'
                       AND tax.type_tax_use = 'sale') item
              JOIN account_move move ON move.id = item.move_id
             WHERE move.pdd_shop_id IS NOT NULL
          GROUP BY move.id, item.amount
            """,
            rate=self._query_rate("item.amount"),
        )

    def _query_invoiced(self):
        """Return what buyers were invoiced; each rate gets what the rounded running
        total grows by, so the parts add up to the invoice. Of an order whose lines
        come to nothing the first rate gets all.
        """
        return SQL(
            """
            SELECT -(application.id * 16 + share.place) AS id,
                   COALESCE(move.date, (application.apply_date AT TIME ZONE 'UTC'
                            AT TIME ZONE 'Asia/Shanghai')::date) AS date,
                   application.shop_id, application.company_id, move.id AS move_id,
                   application.id AS application_id, %(rate)s AS tax_rate,
                   0.0 AS net_amount, 0.0 AS tax_amount, 0.0 AS total_amount,
                   (round(application.amount / rate.rate * COALESCE(
                        share.upto / NULLIF(share.whole, 0), 1), 2)
                    - round(application.amount / rate.rate * COALESCE(
                        (share.upto - share.own) / NULLIF(share.whole, 0),
                        sign(share.place - 1)::numeric), 2))
                       * CASE WHEN application.is_red THEN -1 ELSE 1 END
                       AS invoiced_amount
              FROM pdd_invoice_application application
              JOIN pdd_order ON pdd_order.id = application.order_id
         LEFT JOIN account_move move ON move.id = pdd_order.invoice_id
              JOIN sale_order sale ON sale.id = pdd_order.sale_order_id
        CROSS JOIN LATERAL (
                   SELECT COALESCE(NULLIF(move.invoice_currency_rate, 0),
                                   NULLIF(sale.currency_rate, 0), 1)::numeric
                          AS rate) rate
              JOIN LATERAL (%(shares)s) share ON TRUE
             WHERE application.status = %(agreed)s
               AND (application.is_red IS NOT TRUE OR EXISTS (%(blue)s))
            """,
            rate=self._query_rate("share.amount"),
            shares=self._query_shares(),
            agreed=INVOICE_AGREED,
            blue=self._query_blue(),
        )

    def _query_blue(self):
        """Return what a red invoice takes back: the blue one before it.

        One that was asked for anew since then has taken that one's place.
        """
        return SQL(
            """
            SELECT FROM pdd_invoice_application blue
             WHERE blue.shop_id = application.shop_id
               AND blue.order_sn = application.order_sn
               AND blue.is_red IS NOT TRUE
               AND blue.status = %s
               AND COALESCE(blue.apply_date <= application.apply_date, TRUE)
            """,
            INVOICE_AGREED,
        )

    def _query_shares(self):
        """Return what an order's lines come to by rate, and the totals up to each."""
        return SQL(
            """
            SELECT COALESCE(used.amount, 0.0) AS amount,
                   row_number() OVER (ORDER BY used.amount) AS place,
                   sum(line.price_total) AS own,
                   sum(sum(line.price_total)) OVER (
                       ORDER BY used.amount) AS upto,
                   sum(sum(line.price_total)) OVER () AS whole
              FROM sale_order_line line
         LEFT JOIN LATERAL (
                   SELECT max(tax.amount) AS amount
                     FROM account_tax_sale_order_line_rel rel
                     JOIN account_tax tax ON tax.id = rel.account_tax_id
                    WHERE rel.sale_order_line_id = line.id) used ON TRUE
             WHERE line.order_id = pdd_order.sale_order_id
               AND line.price_total != 0
          GROUP BY used.amount
            """
        )

    def _query_rate(self, column):
        """Return a rate as a person writes it: 13%, 1.5% (the sign is chr 37)."""
        return SQL(
            "rtrim(to_char(%s, 'FM990.99'), '.') || chr(37)",
            SQL.identifier(*column.split(".")),
        )

    def action_view_source(self):
        """Open the journal entry or the application a row comes from."""
        self.ensure_one()
        source = self.application_id or self.move_id
        return {
            "type": "ir.actions.act_window",
            "res_model": source._name,
            "res_id": source.id,
            "view_mode": "form",
        }
