# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.pdd_connector import pop
from odoo.addons.pdd_connector.batches import do_safely
from odoo.addons.pdd_connector.button_time import for_a_moment, hand_over, notify
from odoo.addons.pdd_connector.const import ORDER_RECEIVED, ORDER_SHIPPED
from odoo.addons.pdd_connector.models.amounts import to_fen
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import split_every
from psycopg2 import OperationalError

from ..const import BUYER, PLATFORM
from .pdd_bill_line_post import POSTING

BATCH_SIZE = 200
DAY_LIMIT = 5000  # most orders of one invoice per day
DAY_MARGIN = timedelta(hours=1)  # orders of a day may be read a little later


class PddOrder(models.Model):
    """The maker of invoices: when an order is due, what its invoice says.

    The total of an invoice is what the shop is entitled to, to the fen; nothing is
    posted that differs.
    """

    _inherit = "pdd.order"

    def _after_status_change(self, before):
        """Wake the invoicing when orders are shipped or received."""
        result = super()._after_status_change(before)
        if any(
            {"order_status", "receive_date"} & old.keys() for old in before.values()
        ):
            self.env.ref("pdd_connector_finance.ir_cron_invoice_make")._trigger()
        return result

    def action_make_invoice(self):
        """Invoice these orders now, also before their event; retry what failed.

        :raise UserError: none of them can have an invoice
        """
        self.env["pdd.bill"].check_access("read")  # for accountants only
        self.check_access("read")
        # the connector makes the documents, whoever presses the button
        orders = self.sudo().filtered(
            lambda order: order.invoice_state in ("waiting", "error")
        )
        sold = orders.filtered(lambda o: o.sale_order_id and o.state != "cancelled")
        if not sold and set(orders.mapped("invoice_state")) == {"waiting"}:
            raise UserError(
                self.env._(
                    "There is nothing to invoice: these orders are cancelled or have no "
                    "sales order yet. An order that waits says why on its form."
                )
            )
        orders.write({"invoice_state": "waiting", "invoice_error": False})
        sold = for_a_moment(sold)
        for batch in sold._get_invoice_batches():
            if not batch.env["ir.cron"]._commit_progress():
                break
            self.env.invalidate_all()
            locked = batch.try_lock_for_update()
            locked.filtered(lambda o: o.invoice_state == "waiting")._invoice_safely()
        return sold._notify_invoiced()

    def _notify_invoiced(self):
        """Say how many a button had no time for; nothing where all are done."""
        left = self.filtered(lambda order: order.invoice_state == "waiting")
        if not hand_over(self, "pdd_connector_finance.ir_cron_invoice_make"):
            return None
        return notify(
            self.env,
            self.env._(
                "%(done)s are invoiced. Of the other %(left)s those that are due follow "
                "in the background; for the rest press Invoice Now again.",
                done=len(self) - len(left),
                left=len(left),
            ),
            kind="info",
        )

    def _get_invoice_batches(self):
        """Return these orders in batches, cut as those of the scheduled action."""
        batches = []
        for company, orders in self.grouped("company_id").items():
            if company.pdd_invoice_grouping == "order":
                groups, limit = [orders], BATCH_SIZE
            else:
                by_day = orders.grouped(lambda o: (o.shop_id, o._get_invoice_date()))
                groups, limit = by_day.values(), DAY_LIMIT
            for some in groups:
                batches += split_every(limit, some.ids, self.browse)
        return batches

    def action_view_invoice(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.invoice_id.id,
            "view_mode": "form",
        }

    # --- runner

    @api.model
    def _cron_invoice(self):
        """Book refunds, then invoice the orders that are due."""
        self.env["pdd.refund"]._book_all()
        self._invoice_due()
        self.env["pdd.shop"].search(Domain.TRUE)._review_safely()

    @api.model
    def _invoice_due(self):
        """Invoice all orders that are due, one transaction per batch."""
        commit_progress = self.env["ir.cron"]._commit_progress
        time_left = commit_progress()
        for shop in self.env["pdd.shop"].search(Domain.TRUE):
            domain = self._get_due_domain(shop)
            last_id = 0
            while time_left:
                batch = self._get_due_batch(shop, domain, last_id)
                if not batch:
                    break
                last_id = batch[-1].id
                try:
                    locked = batch.try_lock_for_update().filtered_domain(domain)
                    if not locked:
                        break  # another worker has them
                    locked._invoice_safely()
                except OperationalError:
                    self.env.cr.rollback()  # another worker was faster; still due
                    break
                time_left = commit_progress(len(batch))
                self.env.invalidate_all()

    @api.model
    def _get_due_domain(self, shop):
        """Return the orders of a shop that are due, by the policy of its company.

        Also those whose sales order a person has cancelled: he is told.
        """
        domain = Domain("shop_id", "=", shop.id)
        domain &= Domain("invoice_state", "=", "waiting")
        domain &= Domain("sale_order_id", "!=", False)
        domain &= Domain("state", "!=", "cancelled")
        trigger = shop.company_id.pdd_invoice_trigger
        if trigger == "bill":
            # the bill has no rows of orders without money, as gifts are
            free = Domain("receivable_amount", "=", 0)
            free &= Domain("order_status", "=", ORDER_RECEIVED)
            return domain & (Domain("income_date", "!=", False) | free)
        states = [ORDER_RECEIVED]
        if trigger == "shipment":
            states.append(ORDER_SHIPPED)
        return domain & Domain("order_status", "in", states)

    @api.model
    def _get_due_batch(self, shop, domain, last_id):
        """Return the orders to invoice next: some, or all of the first finished day."""
        if shop.company_id.pdd_invoice_grouping == "order":
            return self.search(
                domain & Domain("id", ">", last_id), order="id", limit=BATCH_SIZE
            )
        name = shop._get_trigger_field()
        first = self.search(domain, order=f"{name}, id", limit=1)
        day = first and first._get_invoice_date()
        if not day or day >= pop.platform_date(fields.Datetime.now() - DAY_MARGIN):
            return self.browse()  # the day is not over: more orders may come
        orders = self.search(
            domain & self._get_day_domain(name, first[name], day),
            order="id",
            limit=DAY_LIMIT,
        )
        return orders.filtered(lambda order: order._get_invoice_date() == day)

    @api.model
    def _get_day_domain(self, name, value, day):
        """Return the orders whose event was on a day (Shanghai), by a date field."""
        if not value or name == "income_date":
            return Domain(name, "=", value)
        start = pop.to_utc(fields.Datetime.to_datetime(day))
        return Domain(name, ">=", start) & Domain(name, "<", start + timedelta(days=1))

    # --- one batch

    def _invoice_safely(self):
        """Invoice a batch; one that fails stops no other.

        :raise OperationalError: another worker was faster
        """
        do_safely(
            self,
            lambda orders: orders._invoice(),
            lambda order, error: order._set_invoice_error(error),
        )

    def _lose_invoice(self):
        """Note that a person took the invoice away: he decides about the next one."""
        self.write(
            {
                "invoice_id": False,
                "invoice_state": "error",
                "invoice_error": self.env._(
                    "The invoice was cancelled, reversed or deleted: press "
                    '"Invoice Now" to make it anew.'
                ),
            }
        )

    def _set_invoice_error(self, error):
        """Keep an order that cannot be invoiced, with a sentence for a person."""
        message = self.env["pdd.issue"]._explain_failure(
            self.shop_id, f"invoice of order {self.order_sn}", error
        )
        self.write({"invoice_state": "error", "invoice_error": message})

    def _invoice(self):
        """Invoice orders of one company and reconcile what was paid before."""
        company = self.company_id
        orders = self.with_company(company)
        adopted = orders._adopt_invoices()
        orders -= adopted
        unsold = orders.filtered(lambda order: order.sale_order_id.state != "sale")
        for order in unsold:
            order._set_invoice_error(order._explain_unsold())
        empty = (orders - unsold).filtered(
            lambda order: order.entitled_amount <= 0 and not order._has_cost_to_book()
        )
        empty.invoice_state = "nothing"
        to_invoice = orders - unsold - empty
        if company.pdd_invoice_grouping == "order":
            groups = [*to_invoice]
        else:
            by_day = to_invoice.grouped(lambda o: (o.shop_id, o._get_invoice_date()))
            groups = [*by_day.values()]
        if groups:
            to_invoice._make_invoices(groups)
        (to_invoice + adopted)._reconcile_receivables()

    def _has_cost_to_book(self):
        """Return whether an order without money brings its cost with an invoice of 0.00.

        So it is with gifts of goods whose stock is valued perpetually: Odoo books the
        cost with the invoice. Works without *Inventory*.
        """
        if "valuation" not in self.env["product.product"]._fields:
            return False
        products = self.sale_order_id.order_line.filtered("product_uom_qty").product_id
        return any(
            product.is_storable and product.valuation == "real_time"
            for product in products.with_company(self.company_id)
        )

    def _explain_unsold(self):
        """Return why an order whose sales order is not confirmed has no invoice."""
        return UserError(
            self.env._(
                "The sales order %(sale_order)s was cancelled or reset in Odoo, but "
                "Pinduoduo shows %(order)s as sold: set it to quotation and confirm it "
                "again, then press Try Again.",
                sale_order=self.sale_order_id.name,
                order=self.order_sn,
            )
        )

    def _make_invoices(self, groups):
        """Create and post one invoice for each group of orders.

        :param list groups: recordsets of one shop and day each
        """
        Move = self.env["account.move"].with_context(**POSTING)
        invoices = Move.create([orders._prepare_invoice_vals() for orders in groups])
        invoices._check_pdd_balanced()
        for invoice, orders in zip(invoices, groups, strict=True):
            orders._check_invoice_total(invoice)
            orders.write({"invoice_id": invoice.id, "invoice_state": "done"})
        invoices._post(soft=False)

    def _check_invoice_total(self, invoice):
        """Raise when an invoice is not what its orders are entitled to, to the fen."""
        expected = sum(self.mapped("entitled_amount"))
        if invoice.currency_id.compare_amounts(invoice.amount_total, expected):
            raise UserError(
                self.env._(
                    "The invoice of %(orders)s would be %(total).2f, the shop is "
                    "entitled to %(expected).2f: compare the sales order with the "
                    "platform's order. Taxes must be included in the price (fiscal "
                    "position of the shop); with one invoice per day they must be "
                    "rounded per line (settings of Invoicing).",
                    orders=", ".join(self[:3].mapped("order_sn")),
                    total=invoice.amount_total,
                    expected=expected,
                )
            )

    # --- values

    def _get_invoice_date(self):
        """Return the day (Shanghai) of the event that makes the invoice due."""
        self.ensure_one()
        if self.company_id.pdd_invoice_trigger == "bill" and self.income_date:
            return self.income_date
        name = self.shop_id._get_trigger_field()
        moment = self[name] if name != "income_date" else self.receive_date
        return pop.platform_date(
            moment or self.platform_update_date or fields.Datetime.now()
        )

    def _prepare_invoice_vals(self):
        """Return the invoice of these orders, of one shop and day.

        The orders' own totals give the receivables: one per order and part.
        """
        first = self[0].with_prefetch(self._prefetch_ids)  # one of many, read with them
        shop, day = first.shop_id, first._get_invoice_date()
        partner, journal = shop._get_debtor(), self._get_invoice_journal()
        open_date = shop.company_id._get_pdd_open_date(day, True, journal)
        terms = [term for order in self for term in order._get_terms()]
        lines = [vals for order in self for vals in order._prepare_invoice_line_vals()]
        vals = {
            **first.sale_order_id._prepare_invoice(),
            "journal_id": journal.id,
            "partner_id": partner.id,
            "invoice_date": day,
            "date": open_date,
            "invoice_payment_term_id": False,
            "invoice_date_due": day,
            "pdd_shop_id": shop.id,
            "pdd_shifted_date": open_date != day and day,
            "pdd_terms": terms,
            "pdd_is_summary": shop.company_id.pdd_invoice_grouping == "day",
        }
        vals.pop("invoice_line_ids")
        if vals["pdd_is_summary"]:
            vals.update(
                ref=self.env._("Pinduoduo %(shop)s %(date)s", shop=shop.name, date=day),
                invoice_origin=False,
                partner_shipping_id=partner.id,
            )
        return {**vals, "line_ids": self._prepare_invoice_items(vals, lines, terms)}

    def _get_invoice_journal(self):
        Journal = self.env["account.journal"]
        return Journal.search(
            [
                *Journal._check_company_domain(self.env.company),
                ("type", "=", "sale"),
            ],
            limit=1,
        )

    def _prepare_invoice_line_vals(self):
        """Return the invoice lines of one order: all that is sold, delivered or not."""
        self.ensure_one()
        return [
            line._prepare_invoice_line(
                quantity=line.product_uom_qty,
                analytic_distribution=line.analytic_distribution,
            )
            # not filtered(): what is read of one line is read of all the orders' lines
            for line in self.sale_order_id.order_line
            if not line.display_type and line.product_uom_qty
        ]

    def _get_terms(self):
        """Return the receivables of this order: [order, part, yuan], none of zero."""
        platform = to_fen(self.platform_discount) - sum(
            to_fen(refund.platform_amount)
            for refund in self.refund_ids
            if refund.effect == "reduced"
        )
        buyer = to_fen(self.entitled_amount) - platform
        parts = ((BUYER, buyer), (PLATFORM, platform))
        return [[self.id, part, float(amount)] for part, amount in parts if amount]
