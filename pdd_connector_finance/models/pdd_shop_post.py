# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.addons.pdd_connector.button_time import for_a_moment, hand_over, notify
from odoo.addons.pdd_connector.races import RACES
from odoo.exceptions import UserError
from odoo.fields import Domain
from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

from .pdd_bill_line_post import BATCH_SIZE, DAY_LIMIT

CRON = "pdd_connector_finance.ir_cron_bill_post"


class PddShop(models.Model):
    """Posting of a shop's bills: one lane per shop, a transaction per batch."""

    _inherit = "pdd.shop"

    @api.model
    def _cron_post_bills(self):
        """Post all movements that wait, and link those whose order has come."""
        shops = self.search([("journal_id", "!=", False)])
        waiting = Domain("state", "=", "pending") | Domain("reason", "!=", False)
        rows = self.env["pdd.bill.line"]._read_group(waiting, ["shop_id"])
        shops |= self.browse(shop.id for (shop,) in rows)
        self.env["pdd.bill"].search([("state", "=", "undoing")])._finish_undo()
        for shop in shops:
            lines = self.env["pdd.bill.line"].with_company(shop.company_id)
            lines._link_orders(shop)
        self.env["pdd.bill.line"]._accept_bank_matching(shops)
        shops._post_bills()
        shops._link_compensations()
        shops._match_withdrawals()

    def _post_by_hand(self):
        """Post for a moment; the scheduled action posts the rest.

        :return: a notification when there is a rest
        """
        # the connector makes the documents, whoever presses the button
        shops = for_a_moment(self.sudo())
        shops._post_bills()
        if hand_over(shops, CRON):
            return notify(self.env, "", is_over=True)
        return None

    def _post_bills(self):
        """Post what waits, batch by batch.

        The number of an entry follows from the one before in its journal, hence one
        lane per journal: another worker leaves a shop that is being posted.
        """
        Line = self.env["pdd.bill.line"]
        commit_progress = self.env["ir.cron"]._commit_progress
        waiting = Domain("shop_id", "in", self.ids) & Domain("state", "=", "pending")
        count = Line.search_count(waiting)
        if count:  # days are proven anew once they are posted
            self.env.ref("pdd_connector_finance.ir_cron_prove")._trigger()
        time_left = commit_progress(remaining=count)
        for shop in self:
            shop = shop.with_company(shop.company_id)
            try:
                journal, trouble = shop._find_bill_journal()
            except UniqueViolation:
                self.env.cr.rollback()  # another worker makes its journals
                continue
            while time_left:
                if journal != journal.try_lock_for_update(allow_referencing=True):
                    break
                batch = shop._get_posting_batch()
                if not batch:
                    break
                bills = batch.bill_id
                try:
                    if journal:
                        batch._post_safely()
                    else:
                        batch._set_held(trouble)
                    bills._update_state()
                    self.env.cr.flush()
                except OperationalError:
                    self.env.cr.rollback()  # another worker was faster
                    break
                time_left = commit_progress(len(batch))
                self.env.invalidate_all()
        self._review_safely()

    def _lock_journals(self):
        """Take the lanes of these shops: nobody else posts or undoes meanwhile.

        :raise UserError: somebody does
        """
        journals = self.journal_id
        if journals != journals.try_lock_for_update(allow_referencing=True):
            raise UserError(
                self.env._(
                    "The bills of %s are being posted: try again in a few minutes.",
                    ", ".join(self.mapped("name")),
                )
            )

    def _find_bill_journal(self):
        """Return the journal of the shop's account, and why there is none."""
        try:
            with self.env.cr.savepoint():
                return self._get_bill_journal(), None
        except UserError as error:  # e.g. a company without a chart of accounts
            return self.env["account.journal"], error

    def _review_safely(self):
        """Look the books over; what another worker does at the same time is left to it."""
        try:
            self._review_books()
            self.env.cr.flush()
        except RACES:
            self.env.cr.rollback()

    def _get_posting_batch(self):
        """Return the movements to post next: some, or all of the first day."""
        Line = self.env["pdd.bill.line"]
        domain = Domain("shop_id", "=", self.id) & Domain("state", "=", "pending")
        undoing = self.env["pdd.bill"].search(
            Domain("shop_id", "=", self.id) & Domain("state", "=", "undoing")
        )
        domain &= Domain("bill_id", "not in", undoing.ids)
        order = "occurred_date, id"
        if self.company_id.pdd_posting_mode != "day":
            return Line.search(domain, order=order, limit=BATCH_SIZE)
        first = Line.search(domain, order=order, limit=1)
        domain &= Domain("occurred_date", "=", first.occurred_date)
        return Line.search(domain, order=order, limit=DAY_LIMIT)

    def _get_open_dates(self, lines):
        """Return the accounting date of each movement: its day unless that is locked.

        :return dict: line -> date
        """
        self.ensure_one()
        known = {}
        for line in lines:
            key = (line.occurred_date, line.flow_type_id.treatment == "reduction")
            if key not in known:
                known[key] = self.company_id._get_pdd_open_date(*key, self.journal_id)
        return {
            line: known[line.occurred_date, line.flow_type_id.treatment == "reduction"]
            for line in lines
        }

    def _get_debtor(self):
        """Return who owes what orders bring: the buyers' contact or Pinduoduo."""
        self.ensure_one()
        if self.company_id.pdd_debtor == "platform":
            return self.env.ref("pdd_connector_finance.partner_pinduoduo")
        return self._get_buyer_partner()

    def _get_trigger_field(self):
        """Return the field of an order with the moment that makes its invoice due."""
        return {
            "receipt": "receive_date",
            "shipment": "shipping_date",
            "bill": "income_date",
        }[self.company_id.pdd_invoice_trigger]
