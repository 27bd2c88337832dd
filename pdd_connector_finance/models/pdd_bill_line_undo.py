# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.addons.pdd_connector.button_time import for_a_moment
from odoo.fields import Domain
from odoo.tools import split_every

from .pdd_bill_line_post import BATCH_SIZE


class PddBillLine(models.Model):
    """Undo: the entries of movements are taken back, the movements wait again."""

    _inherit = "pdd.bill.line"

    def action_retry(self):
        """Post once more what could not be posted or had no known code.

        What is booked in a locked period is corrected on the first open day.
        """
        self.check_access("read")  # for accountants only
        # the mirror belongs to the connector, whoever presses the button
        self.sudo()._accept_bank_matching(self.shop_id)
        lines = for_a_moment(self.sudo())
        lines = lines.filtered(lambda line: line.state in ("held", "unknown"))
        shops, commit_progress = lines.shop_id, lines.env["ir.cron"]._commit_progress
        time_left, left = True, lines
        for batch in lines._get_batches():
            if not time_left:
                break
            batch.shop_id._lock_journals()
            locked = batch._filter_locked()
            locked._correct_unknown()
            (batch - locked)._undo_posting()
            left -= batch
            time_left = commit_progress()
            self.env.invalidate_all()
        # nothing of these is posted: the scheduled action posts them like new ones
        left.filtered(lambda line: not line.move_id)._set_pending()
        return shops._post_by_hand()

    @api.model
    def _accept_bank_matching(self, shops):
        """Movements of unknown codes that a person has matched are explained.

        E.g. with the bank matching of Enterprise: such an entry is not made anew.
        """
        domain = Domain("shop_id", "in", shops.ids) & Domain("state", "=", "unknown")
        domain &= Domain("move_id.statement_line_ids.is_reconciled", "=", True)
        self.search(domain).write({"state": "posted", "reason": False})

    def _get_batches(self):
        """Return these movements in batches that are small enough for a transaction.

        An entry of a day is taken back as a whole, so it is a batch of its own.
        """
        single = self.filtered(
            lambda line: not line.move_id or line.move_id.statement_line_ids
        )
        by_entry = (self - single).grouped("move_id").values()
        return [*split_every(BATCH_SIZE, single.ids, self.browse), *by_entry]

    def _set_pending(self):
        """Let these movements be posted like new ones."""
        self.write(
            {
                "state": "pending",
                "reason": False,
                "error_message": False,
                "move_id": False,
            }
        )
        self.filtered(lambda line: not line.amount).state = "zero"

    def _undo_posting(self):
        """Take back the entries of these movements, and of those in the same entries.

        :raise UserError: an entry is in a locked period
        """
        # what is deleted needs no note about each of its items
        moves = self.move_id.with_context(tracking_disable=True)
        lines = self | self.search([("move_id", "in", moves.ids)])
        corrections = moves.pdd_correction_ids
        moves += corrections
        moves._check_fiscal_lock_dates()
        lines._set_pending()
        moves.line_ids.remove_move_reconcile()
        for entries in (corrections, moves - corrections):  # the others are named there
            statement_lines = entries.statement_line_ids
            entries -= statement_lines.move_id
            statement_lines.unlink()
            entries._delete_pdd_entries()
        lines.bill_id._update_state()
