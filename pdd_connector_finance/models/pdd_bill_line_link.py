# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL
from psycopg2 import OperationalError

from .pdd_bill_line_post import BATCH_SIZE, POSTING
from .pdd_flow_type import OF_ORDERS

# Not by the shop's own number in both tables: how many orders one shop has is not known
# right after they were written, and plans would rest on it.
LINKABLE = """
    FROM pdd_order
   WHERE line.shop_id = %(shop)s
     AND line.order_id IS NULL
     AND line.order_sn IS NOT NULL
     AND pdd_order.shop_id = line.shop_id + 0
     AND pdd_order.order_sn = line.order_sn
     AND %(condition)s
"""


class PddBillLine(models.Model):
    """Orders of movements: found by number, named by a report or by a person."""

    _inherit = "pdd.bill.line"

    # --- orders that come later

    @api.model
    def _link_orders(self, shop):
        """Link movements, and the journal items made of them, to orders by number."""
        commit_progress = self.env["ir.cron"]._commit_progress
        try:
            self._set_orders(shop, SQL("line.move_id IS NULL"))
            time_left, last_id = commit_progress(), 0
            while time_left and (batch := self._get_linkable(shop, last_id)):
                last_id = batch[-1].id
                batch._link_safely(shop)
                time_left = commit_progress()
                self.env.invalidate_all()
        except OperationalError:
            self.env.cr.rollback()  # another worker was faster

    @api.model
    def _set_orders(self, shop, condition):
        """Set the orders of movements, by number.

        :param SQL condition: on the table ``line``
        """
        self.flush_model(["order_id", "order_sn", "reason", "move_id"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE pdd_bill_line line
                   SET order_id = pdd_order.id,
                       reason = CASE reason WHEN 'unknown_order' THEN NULL
                                            ELSE reason END
                """
                + LINKABLE,
                shop=shop.id,
                condition=condition,
            )
        )
        self.invalidate_model(["order_id", "reason"])
        self.env["pdd.order"].invalidate_model(["bill_line_ids"])

    @api.model
    def _get_linkable(self, shop, last_id):
        """Return the posted movements to link next: their orders have come."""
        self.flush_model(["order_id", "order_sn", "move_id"])
        rows = self.env.execute_query(
            SQL(
                "SELECT line.id FROM pdd_bill_line line WHERE EXISTS (SELECT"
                + LINKABLE
                + ") ORDER BY line.id LIMIT %(limit)s",
                shop=shop.id,
                condition=SQL("line.move_id IS NOT NULL AND line.id > %s", last_id),
                limit=BATCH_SIZE,
            )
        )
        return self.browse(line_id for (line_id,) in rows)

    def _link_safely(self, shop):
        """Link a batch of posted movements; one that fails stops no other.

        :raise OperationalError: another worker was faster
        """
        try:
            with self.env.cr.savepoint():
                self._set_orders(shop, SQL("line.id IN %s", self._ids))
                self.modified(["order_id"])  # the figures of the orders follow
                self._link_journal_items()
                self.order_id._reconcile_receivables()
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 see above
            where = f"linking bill lines from {self[:1].id} on"
            self.env["pdd.issue"]._report_exception(shop, where, error)

    # --- orders that are named

    def _assign_order(self, order, source):
        """Give movements an order, also on what is posted of them."""
        order.shop_id._lock_journals()
        numbers = dict.fromkeys(self, order.order_sn)
        self._assign_numbers(order.shop_id, numbers, source)

    @api.model
    def _assign_numbers(self, shop, numbers, source):
        """Give movements of a shop order numbers, and the orders that are in Odoo.

        :param dict numbers: movement -> order number
        :param str source: value of ``order_source``
        """
        lines = self.with_company(shop.company_id).browse().concat(*numbers)
        before = lines.order_id  # one that was taken before is open again
        orders = self.env["pdd.order"].search(
            Domain("shop_id", "=", shop.id)
            & Domain("order_sn", "in", list(set(numbers.values())))
        )
        by_number = orders.grouped("order_sn")
        posted = lines.filtered("move_id")
        renamed = posted.filtered(lambda line: line.order_sn != numbers[line])
        locked = renamed._filter_shared()._filter_locked()
        booked = {
            line: line._get_posted_form(line._prepare_counterparts()) for line in locked
        }
        for order_sn, some in lines.grouped(numbers.get).items():
            order = by_number.get(order_sn, orders.browse())
            some.write(
                {"order_sn": order_sn, "order_id": order.id, "order_source": source}
            )
        lines.filtered(lambda line: line.reason == "no_order").reason = False
        locked._correct(booked)
        (posted - locked)._link_journal_items()._repost()
        (before | lines.order_id)._reconcile_receivables()

    def _filter_shared(self):
        """Return movements whose items in the entry of a day others may share."""
        return self.filtered(
            lambda line: (
                line.treatment in OF_ORDERS and not line.move_id.statement_line_ids
            )
        )

    def _repost(self):
        """Make the entries of these movements again."""
        for shop, lines in self.grouped("shop_id").items():
            moves = lines.move_id
            lines = self.search([("move_id", "in", moves.ids)])
            lines._undo_posting()
            for _day, some in lines.grouped("occurred_date").items():
                some.with_company(shop.company_id)._post_safely()

    # --- the journal items

    def _link_journal_items(self):
        """Name the order on items that were posted before the order was known.

        An entry per day adds charges up: those have no items of their own.

        :return: movements whose item is not theirs alone: they must be posted anew
        """
        found = self._find_day_items()
        shared = self.browse().concat(*(line for line in found if not found[line]))
        for line in self.filtered("move_id.statement_line_ids"):
            own = line.move_id.journal_id.default_account_id
            found[line] = line._get_entries().line_ids.filtered(
                lambda item, own=own: item.account_id != own
            )
        for order, lines in self.grouped("order_id").items():
            items = self.env["account.move.line"].union(
                *(found[line] for line in lines if line in found)
            )
            moved = items.filtered(lambda item, order=order: item.pdd_order_id - order)
            moved.remove_move_reconcile()
            items.with_context(**POSTING).pdd_order_id = order
        return shared

    def _find_day_items(self):
        """Return the items in entries per day that are about one order alone.

        :return dict: movement -> items, none where others share them
        """
        lines = self._filter_shared()
        items = self.env["account.move.line"].search(
            Domain("move_id", "in", lines._get_entries().ids)
            & Domain("pdd_part", "!=", False)
            & Domain("name", "in", [line._get_label() for line in lines])
        )
        by_kind = items.grouped(
            lambda item: (
                item.move_id.pdd_corrects_id or item.move_id,
                item.pdd_part,
                item.name,
            )
        )
        return {
            line: by_kind.get((line.move_id, line.part, line._get_label()), items[:0])
            for line in lines
        }
