# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.addons.pdd_connector.batches import do_safely
from odoo.fields import Command

BATCH_SIZE = 500
DAY_LIMIT = 5000  # most movements of one entry per day; more take more memory
POSTING = {  # the values are complete: nothing is left to be derived from them
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "skip_invoice_sync": True,
    "skip_invoice_line_sync": True,
    "skip_analytic_sync": True,
    "skip_is_manually_modified": True,
    "check_move_validity": False,
    "pdd_same_sequence": True,
    "pdd_settled_later": True,
}


class PddBillLine(models.Model):
    """Posting: from movements to entries in the shop's journal, in batches.

    One statement line per movement, or one entry per shop and day; both give the same
    balances, and both can be undone and made again.
    """

    _inherit = "pdd.bill.line"

    # --- one batch

    def _post_safely(self):
        """Post a batch; one that fails stops no other.

        :raise OperationalError: another worker was faster
        """
        do_safely(
            self,
            lambda lines: lines._post(),
            lambda line, error: line._set_held(error),
        )

    def _set_held(self, error):
        """Keep a movement that cannot be posted, with a sentence for a person."""
        message = self.env["pdd.issue"]._explain_failure(
            self.shop_id, f"posting of bill line {self.id}", error
        )
        self.write({"state": "held", "reason": "error", "error_message": message})

    def _post(self):
        """Post movements of one shop and reconcile what they settle."""
        shop = self.shop_id
        lines = self.with_company(shop.company_id)
        lines._set_flow_types()
        lines.write({"error_message": False})
        by_reason = lines.grouped(lambda line: line._find_reason())
        held = by_reason.get("no_account", lines.browse())
        held.write({"state": "held", "reason": "no_account"})
        if shop.company_id.pdd_posting_mode == "day":
            (lines - held)._make_day_entries(shop)
        else:
            (lines - held)._make_statement_lines(shop)
        for reason, some in by_reason.items():
            state = "unknown" if reason == "unknown_code" else "posted"
            (some - held).write({"state": state, "reason": reason})
        lines.order_id._reconcile_receivables()

    def _set_flow_types(self):
        """Recognise the movements by their codes, else by their words."""
        find = self.env["pdd.flow.type"]._get_finder()
        by_type = self.grouped(
            lambda line: find(line.flow_code, line.flow_name, line.occurred_date)
        )
        for flow_type, lines in by_type.items():
            flow_type._fill_accounts(self.env.company)
            lines.filtered(
                lambda line, t=flow_type: line.flow_type_id != t
            ).flow_type_id = flow_type

    # --- one statement line per movement

    def _make_statement_lines(self, shop):
        """Create one posted statement line for each movement."""
        dates = shop._get_open_dates(self)
        Statement = self.env["account.bank.statement.line"].with_context(**POSTING)
        vals_list = [line._prepare_statement_vals(dates[line]) for line in self]
        statement_lines = Statement.create(vals_list)
        moves = statement_lines.move_id
        moves._check_pdd_balanced()
        for line, statement_line in zip(self, statement_lines, strict=True):
            line.move_id = statement_line.move_id

    def _prepare_statement_vals(self, open_date):
        """Return the values of the statement line of a movement.

        :param open_date: first day that is not locked, the movement's own as a rule
        """
        journal = self.shop_id.journal_id
        own = self._prepare_item(journal.default_account_id, self.amount)
        own = {**own, "pdd_order_id": False, "analytic_distribution": False}
        items = self._prepare_counterparts()
        label = self._get_label()
        return {
            "journal_id": journal.id,
            "company_id": self.company_id.id,
            "date": open_date,
            "amount": self.amount,
            "payment_ref": label,
            "ref": self.order_sn,
            "partner_id": items[0]["partner_id"],
            "pdd_shop_id": self.shop_id.id,
            "pdd_shifted_date": open_date != self.occurred_date and self.occurred_date,
            "line_ids": [Command.create(item) for item in (own, *items)],
        }

    # --- one entry per shop and day

    def _make_day_entries(self, shop):
        """Create one posted entry for the movements of each day."""
        dates = shop._get_open_dates(self)
        groups = self.grouped(lambda line: (dates[line], line.occurred_date))
        groups = sorted(groups.items())
        Move = self.env["account.move"].with_context(**POSTING)
        moves = Move.create(
            [
                some._prepare_day_vals(shop, open_date, day)
                for (open_date, day), some in groups
            ]
        )
        moves._check_pdd_balanced()
        moves._post(soft=False)
        for move, (_day, some) in zip(moves, groups, strict=True):
            some.move_id = move

    def _prepare_day_vals(self, shop, open_date, day):
        """Return the entry of a day: one item per order and flow type, the rest added up.

        :param open_date: first day that is not locked
        :param day: the movements' own day
        """
        items = {}
        for line in self:
            own = line._prepare_item(shop.journal_id.default_account_id, line.amount)
            own.update(
                name=self.env._("Received") if line.amount > 0 else self.env._("Paid"),
                pdd_order_id=False,
                analytic_distribution=False,
                partner_id=False,
            )
            for item in (own, *line._prepare_day_counterparts()):
                add_up(items, item)
        return {
            "move_type": "entry",
            "journal_id": shop.journal_id.id,
            "company_id": shop.company_id.id,
            "currency_id": shop.currency_id.id,
            "date": open_date,
            "ref": self.env._("Pinduoduo %(shop)s %(date)s", shop=shop.name, date=day),
            "pdd_shop_id": shop.id,
            "pdd_shifted_date": open_date != day and day,
            "line_ids": [Command.create(item) for item in items.values()],
        }

    def _prepare_day_counterparts(self):
        """Return the counterparts of a movement as the entry of a day has them."""
        return self._get_day_form(self._prepare_counterparts())

    def _get_day_form(self, items):
        """Let items be added up with those of other orders, receivables apart."""
        for item in items:
            if not item.get("pdd_part"):
                item.update(name=self._get_day_label(), pdd_order_id=False)
        return items


def add_up(items, item):
    """Add a journal item to the one it can be one item with."""
    key = (
        *(item["account_id"], item["partner_id"], item["pdd_order_id"], item["name"]),
        *(str(item["analytic_distribution"]), str(item["tax_ids"])),
        *(item.get("pdd_part"), item.get("tax_repartition_line_id")),
        *(str(item.get("tax_tag_ids")), item["display_type"], item["currency_id"]),
    )
    known = items.get(key)
    if not known:
        items[key] = item
        return
    for name in ("amount_currency", "balance", "tax_base_amount"):
        if name in known:
            known[name] = round(known[name] + item[name], 2)
