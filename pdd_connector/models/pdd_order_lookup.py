# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.translate import LazyTranslate

from .. import pop
from ..backoff import is_failed_call, pause_after, pause_of_api

_lt = LazyTranslate(__name__)
_logger = logging.getLogger(__name__)

DETAIL_API = "pdd.order.information.get"
BATCH = 20
# a new order may be unknown to the detail call for about 10 minutes
PATIENCE = timedelta(minutes=10)
RETRY = timedelta(minutes=1)
MOST_RETRY = timedelta(minutes=5)  # the order's deadline runs meanwhile


class PddOrderLookup(models.Model):
    """An order to be asked for by its number: told by a message, or a row had gaps.

    A row stands for a wish and goes with its fulfilment, in the transaction that writes
    the order.
    """

    _name = "pdd.order.lookup"
    _description = "PDD Order Lookup"
    _order = "due_date, id"
    _rec_name = "order_sn"

    shop_id = fields.Many2one(
        "pdd.shop", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="shop_id.company_id", store=True)
    order_sn = fields.Char(string="Order Number", required=True, readonly=True)
    due_date = fields.Datetime(
        string="Ask On", required=True, readonly=True, default=fields.Datetime.now
    )
    last_error = fields.Char(readonly=True)
    main_sn = fields.Char(
        string="Main Order Number",
        readonly=True,
        help="The order that names this one as its gift order.",
    )
    attempt_count = fields.Integer(string="Failed Calls", readonly=True)

    _order_sn_uniq = models.UniqueIndex("(shop_id, order_sn)")
    _due_idx = models.Index("(shop_id, due_date)")

    @api.model
    def _ask(self, shop, order_sns, delay=None, mains=None):
        """Ask for orders by their number, soon and once each.

        :param shop: the shop they belong to
        :param order_sns: their numbers
        :param timedelta delay: not before that
        :param dict mains: number of a gift order -> number of its main order
        """
        if not order_sns:
            return
        known = self.search(
            [("shop_id", "=", shop.id), ("order_sn", "in", list(order_sns))]
        )
        due_date = fields.Datetime.now() + (delay or timedelta())
        known.filtered(lambda lookup: lookup.due_date > due_date).due_date = due_date
        missing = set(order_sns) - set(known.mapped("order_sn"))
        if missing:
            self.create(
                [
                    {
                        "shop_id": shop.id,
                        "order_sn": sn,
                        "due_date": due_date,
                        "main_sn": (mains or {}).get(sn),
                    }
                    for sn in sorted(missing)
                ]
            )
            self.env.ref("pdd_connector.ir_cron_order_intake")._trigger(due_date)

    @api.model
    def _get_due(self, shop):
        """Return the next wishes of a shop."""
        now = fields.Datetime.now()
        return self.search(
            [("shop_id", "=", shop.id), ("due_date", "<=", now)], limit=BATCH
        )

    def _fetch(self):
        """Ask the platform for each of these orders.

        What keeps the platform from answering ends the batch, and no more: the lists
        can still be read.

        :return dict: lookup -> the order as a row, or the error that came instead
        :raise pop.PddError: the shop is no longer authorised
        """
        answers, obstacle = {}, None
        for lookup in self:
            answers[lookup] = obstacle or lookup._fetch_one()
            if isinstance(answers[lookup], pop.PddError):
                is_refused = isinstance(answers[lookup], pop.PddBusinessError)
                obstacle = None if is_refused else answers[lookup]
        return answers

    def _fetch_one(self):
        try:
            answer = self.shop_id._call(DETAIL_API, order_sn=self.order_sn)
        except (pop.PddTokenExpiredError, pop.PddTokenRevokedError):
            raise
        except pop.PddError as error:
            return error
        row = answer.get("order_info")
        if isinstance(row, dict):
            return row
        text = "order_info is not an object"
        return pop.PddUnexpectedAnswer(text, api_name=DETAIL_API)

    def _take_in(self, answers):
        """Write the orders that came, and decide on those that did not."""
        Refund = self.env["pdd.refund"]
        rows = [answer for answer in answers.values() if isinstance(answer, dict)]
        granted = Refund._fetch_granted(self.shop_id, rows)
        mine = self.try_lock_for_update()
        Refund._intake_granted(self.shop_id, *granted)
        found = mine.filtered(lambda lookup: isinstance(answers[lookup], dict))
        if found:
            # what is still unreadable now is so for good
            Order = self.env["pdd.order"].with_context(pdd_in_full=True)
            Order._intake(found.shop_id, [answers[lookup] for lookup in found])
        missing = mine - found
        now = fields.Datetime.now()
        given_up = missing.filtered(
            lambda lookup: (
                lookup.create_date < now - PATIENCE
                and isinstance(answers[lookup], pop.PddBusinessError)
            )
        )
        (missing - given_up)._postpone(answers)
        given_up._give_up()
        (found + given_up).unlink()

    def _postpone(self, answers):
        """Ask again later: the longer, the more calls have failed.

        A platform that does not know an order yet has not failed. Where one error ended
        a batch, only the first of its orders was asked for.
        """
        now, made = fields.Datetime.now(), set()
        for lookup in self:
            error = answers[lookup]
            failures = lookup.attempt_count
            if id(error) not in made and not isinstance(error, pop.PddBusinessError):
                failures += is_failed_call(error)
            made.add(id(error))
            pause = pause_of_api(error) or pause_after(failures, RETRY, MOST_RETRY)
            lookup.write(
                {
                    "attempt_count": failures,
                    "due_date": now + pause,
                    "last_error": str(error),
                }
            )

    def _give_up(self):
        """Judge the orders of one shop that the platform does not give in full."""
        if not self:
            return
        numbers = self.mapped("order_sn")
        _logger.warning("PDD shop %s: no order %s", self.shop_id.id, numbers)
        orders = self.env["pdd.order"].search(
            [
                ("shop_id", "=", self.shop_id.id),
                ("order_sn", "in", numbers),
                ("is_incomplete", "=", True),
            ]
        )
        orders.with_context(pdd_in_full=True)._report_unreadable()
        for lookup in self.filtered("main_sn"):
            lookup._report_gift()

    def _report_gift(self):
        """Say that a gift order does not come: its gift would be forgotten."""
        name = _lt(
            "Order %(main)s has a gift on an order of its own, %(gift)s, which Pinduoduo "
            "does not show: look at both in the merchant backend before the parcel "
            "leaves.",
            main=self.main_sn,
            gift=self.order_sn,
        )
        self.env["pdd.issue"]._report(self.shop_id, "gift", self.order_sn, name)
