# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.addons.pdd_connector.button_time import for_a_moment, hand_over, notify
from odoo.fields import Domain
from odoo.tools import SQL
from psycopg2 import OperationalError

from .pdd_bill_line_post import BATCH_SIZE
from .pdd_shop_post import CRON


class PddBill(models.Model):
    """Undo of a whole bill: batch by batch, each in its transaction.

    Meanwhile nothing of the bill is posted. What a killed worker leaves behind is
    finished by the next run of the scheduled action.
    """

    _inherit = "pdd.bill"

    def action_undo(self):
        """Take back the postings of this bill; its lines stay and can be posted anew.

        :raise UserError: the bill is being posted, or its period is locked
        """
        self.check_access("read")  # for accountants only
        bills = self.sudo()  # the mirror belongs to the connector
        bills = bills.filtered(lambda b: b.state in ("open", "done", "undoing"))
        bills.shop_id._lock_journals()
        bills._check_undo()
        bills.state = "undoing"
        bills = for_a_moment(bills)
        bills._undo()
        if hand_over(bills, CRON):
            return notify(self.env, "", is_over=True)
        return None

    def _check_undo(self):
        """Raise when an entry is in a locked period: the earliest one says so."""
        reductions = self.env["pdd.flow.type"].with_context(active_test=False)
        reductions = reductions.search([("treatment", "=", "reduction")])
        taxed = SQL("line.flow_type_id IN %s", reductions._ids or (0,))
        for condition in (SQL("TRUE"), taxed):
            for entry in self._find_earliest_entries(condition):
                entry._check_fiscal_lock_dates()
                entry.line_ids._check_tax_lock_date()

    def _find_earliest_entries(self, condition):
        """Return the earliest entry of each company that these bills are booked with.

        Each movement is looked at once: a search for the first entry goes through all
        movements for each entry there is.

        :param SQL condition: on the table ``line``
        """
        self.env["pdd.bill.line"].flush_model(["bill_id", "move_id", "flow_type_id"])
        self.env["account.move"].flush_model(["company_id", "date"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (move.company_id) move.id
                  FROM pdd_bill_line line
                  JOIN account_move move ON move.id = line.move_id
                 WHERE line.bill_id IN %s AND %s
              ORDER BY move.company_id, move.date, move.id
                """,
                self._ids or (0,),
                condition,
            )
        )
        return self.env["account.move"].browse(move_id for (move_id,) in rows)

    def _undo(self):
        """Take back what is posted of bills that are being undone."""
        commit_progress = self.env["ir.cron"]._commit_progress
        posted = Domain("bill_id", "in", self.ids) & Domain("move_id", "!=", False)
        count = self.env["pdd.bill.line"].search_count(posted)
        time_left = commit_progress(remaining=count)
        for bill in self:
            bill = bill.with_company(bill.company_id)
            last_id = None
            while time_left and last_id != 0:
                journal = bill.shop_id.journal_id
                if journal != journal.try_lock_for_update(allow_referencing=True):
                    self.env.ref("pdd_connector_finance.ir_cron_bill_post")._trigger()
                    break  # somebody posts: it goes on afterwards
                batch, last_id = bill._get_undo_batch(last_id or 0)
                bill._undo_batch(batch)
                time_left = commit_progress(len(batch))
                self.env.invalidate_all()

    def _get_undo_batch(self, last_id):
        """Return the posted movements to undo next, and the id after which to go on.

        An entry of a day is taken back as a whole, so it is a batch of its own. After
        the last one the search begins anew, until nothing is found: then the id is 0.
        """
        domain = Domain("bill_id", "=", self.id) & Domain("move_id", "!=", False)
        Line = self.env["pdd.bill.line"]
        for start in {last_id: None, 0: None}:
            lines = Line.search(
                domain & Domain("id", ">", start), order="id", limit=BATCH_SIZE
            )
            first = lines[:1]
            if first and not first.move_id.statement_line_ids:
                return first, first.id
            if first:
                single = lines.filtered("move_id.statement_line_ids")
                return single, single[-1].id
        return lines, 0

    def _undo_batch(self, batch):
        """Take back a batch; without one the bill is done with.

        What cannot be taken back stays posted, and the bill is not undone any further.

        :raise UserError: as from Odoo, e.g. entries are secured
        """
        self.ensure_one()
        if not batch:
            self._end_undo()
            return
        try:
            with self.env.cr.savepoint():
                batch._undo_posting()
        except OperationalError:
            raise
        except Exception:
            self._end_undo()
            self.env["ir.cron"]._commit_progress()
            raise

    def _end_undo(self):
        self.state = "open"
        self._update_state()

    def _finish_undo(self):
        """Go on with what a killed worker has left; one bill stops no other."""
        for bill in self:
            try:
                bill._undo()
            except OperationalError:
                self.env.cr.rollback()  # another worker was faster
            except Exception as error:  # noqa: BLE001 see above
                where = f"undoing bill {bill.id}"
                self.env["pdd.issue"]._report_exception(bill.shop_id, where, error)
