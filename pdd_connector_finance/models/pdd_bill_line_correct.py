# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.fields import Command

from .pdd_bill_line_post import POSTING, add_up


class PddBillLine(models.Model):
    """Corrections: what is booked in a locked period stays, the difference follows.

    On the first open day an entry takes the old counterparts back and books the new
    ones; the shop's account is not in it. It belongs to the entry it corrects and is
    undone with it.
    """

    _inherit = "pdd.bill.line"

    def _filter_locked(self):
        """Return the movements whose entries lie in a locked period."""
        locked = self.move_id.filtered(lambda move: move._is_pdd_locked())
        return self.filtered(lambda line: line.move_id in locked)

    def _get_entries(self):
        """Return the entries of the movements and what corrects them."""
        return self.move_id + self.move_id.pdd_correction_ids

    def _book_again(self):
        """Book movements as what they are by now, where that differs.

        :raise UserError: the shop's bills are being posted
        """
        find = self.env["pdd.flow.type"]._get_finder()
        lines = self.filtered(
            lambda line: (
                line.move_id
                and line.flow_type_id
                != find(line.flow_code, line.flow_name, line.occurred_date)
            )
        )
        if not lines:
            return
        lines.shop_id._lock_journals()
        locked = lines._filter_locked()
        locked._correct_changed()
        (lines - locked)._undo_posting()

    def _correct_unknown(self):
        """Book movements that had an unknown code as what they are by now."""
        self._correct_changed(lambda line: [line._prepare_suspense()])

    def _correct_changed(self, prepare=None):
        """Book movements as what their codes mean by now, see :meth:`_correct`.

        :param prepare: movement -> items that it was booked with, by default those of
            its flow type
        """
        prepare = prepare or (lambda line: line._prepare_counterparts())
        for _shop, lines in self.grouped("shop_id").items():
            lines = lines.with_company(lines.company_id)
            before = {line: line._get_posted_form(prepare(line)) for line in lines}
            lines._set_flow_types()
            lines._correct(before)

    def _correct(self, before):
        """Correct posted movements of one shop, one entry for each that they are in.

        :param dict before: movement -> items (values) that it was booked with
        """
        reasons = {line: line._find_reason() for line in self}
        stuck = self.filtered(
            lambda line: reasons[line] in ("unknown_code", "no_account")
        )
        for reason, lines in stuck.grouped(reasons.get).items():
            lines.reason = reason
        lines = self - stuck
        if not lines:
            return
        entries = (
            self.env["account.move"]
            .with_context(**POSTING)
            .create(
                [
                    some._prepare_correction_vals(move, before)
                    for move, some in lines.grouped("move_id").items()
                ]
            )
        )
        entries._check_pdd_balanced()
        entries._post(soft=False)
        entries._reconcile_pdd_corrections()
        for reason, some in lines.grouped(reasons.get).items():
            some.write({"state": "posted", "reason": reason})
        lines.order_id._reconcile_receivables()
        lines.bill_id._update_state()

    def _prepare_correction_vals(self, move, before):
        """Return the entry that corrects what an entry says about these movements."""
        shop, day = self.shop_id, min(self.mapped("occurred_date"))
        items = {}
        for line in self:
            for item in before[line]:
                add_up(items, line._prepare_reversed(item))
            for item in line._get_posted_form(line._prepare_counterparts()):
                add_up(items, item)
        return {
            "move_type": "entry",
            "journal_id": shop.journal_id.id,
            "company_id": shop.company_id.id,
            "currency_id": shop.currency_id.id,
            "date": max(shop._get_open_dates(self).values()),
            "ref": self.env._("Correction of %s", move.name),
            "pdd_shop_id": shop.id,
            "pdd_shifted_date": day,
            "pdd_corrects_id": move.id,
            "line_ids": [Command.create(item) for item in items.values()],
        }

    def _get_posted_form(self, items):
        """Return counterparts as the movement's entry has them, by its kind."""
        if self.move_id.statement_line_ids:
            return items
        return self._get_day_form(items)

    def _prepare_reversed(self, item):
        """Return an item that takes back another one."""
        names = ("amount_currency", "balance", "tax_base_amount")
        return {**item, **{name: -item[name] for name in names if name in item}}
