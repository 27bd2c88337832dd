# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

BATCH_SIZE = 100
# Two makers met at the same receiver or order: the later one tries again.
RACE_CONSTRAINTS = (
    "res_partner_pdd_address_uniq",
    "sale_order_pdd_order_uniq",
    "pdd_issue_open_uniq",
)


class PddOrder(models.Model):
    """The maker: from pending orders to confirmed sales orders, in batches.

    What must wait is in pdd_order_hold.py, the documents are in pdd_order_sale.py.
    """

    _inherit = "pdd.order"

    # --- runner

    @api.model
    def _cron_make(self):
        """Make the sales orders of all pending orders."""
        self._release_due()
        self._make_pending(Domain.TRUE)
        self.env["pdd.issue"]._settle_idle()

    @api.model
    def _make_pending(self, domain):
        """Make the pending orders of a domain, one transaction per batch.

        Any number of workers may run this at once: a batch is what one of them could
        lock.
        """
        domain &= Domain("state", "=", "pending")
        commit_progress = self.env["ir.cron"]._commit_progress
        time_left = commit_progress(remaining=self.search_count(domain))
        last_id = 0
        while time_left:
            batch = self.search(
                domain & Domain("id", ">", last_id), order="id", limit=BATCH_SIZE
            )
            if not batch:
                break
            last_id = batch[-1].id
            try:
                batch.try_lock_for_update().filtered_domain(domain)._make_safely()
            except (OperationalError, UniqueViolation):
                self.env.cr.rollback()  # another worker was faster; still pending
            time_left = commit_progress(len(batch))

    def _make_safely(self):
        """Make a batch; on an error halve it down to the order that is the cause.

        :raise OperationalError, UniqueViolation: another worker was faster
        """
        if not self:
            return
        try:
            with self.env.cr.savepoint():
                self._make()
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 one bad order must not stop the others
            if _is_race(error):
                raise
            if len(self) == 1:
                self._set_error(error)
                return
            middle = len(self) // 2
            self[:middle]._make_safely()
            self[middle:]._make_safely()

    def _set_error(self, error):
        """Keep an order that cannot be made, with a sentence and an issue."""
        self.ensure_one()
        Issue = self.env["pdd.issue"]
        self.write({"state": "error", "issue_ids": [Command.clear()]})
        if isinstance(error, UserError):
            message = error.args[0]
            Issue._report(self.shop_id, "setting", message, message, self)
        else:
            where = f"making order {self.order_sn}"
            message = Issue._report_exception(self.shop_id, where, error, self)
        self.error_message = message

    def _release(self):
        """Let held and failed orders be made; what still forbids it holds them again.

        What is not known in full stays: its old fields may be out of date.
        """
        orders = self.filtered(
            lambda order: order.state in ("held", "error") and not order.is_incomplete
        )
        made = orders.filtered("sale_order_id")
        made._review_made()
        # unreadable rows wait for the platform
        unmade = (orders - made).filtered("line_ids")
        unmade.write({"state": "pending", "error_message": False})
        if unmade:
            self.env.ref("pdd_connector.ir_cron_order_make")._trigger()

    @api.model
    def _release_due(self):
        """Release the orders whose hold ends by itself today, such as presales."""
        self.search(
            Domain("state", "=", "held")
            & Domain("release_date", "<=", fields.Datetime.now())
        )._release()

    # --- one batch

    def _make(self):
        """Hold, cancel or turn into confirmed sales orders: a batch, set by set."""
        for shop, orders in self.grouped("shop_id").items():
            ready = orders._hold()
            if ready:
                shop._check_currency()
                ready.with_company(shop.company_id)._make_sale_orders(shop)


def _is_race(error):
    """Return whether another worker wrote the same receiver or order first."""
    return (
        isinstance(error, UniqueViolation)
        and error.diag.constraint_name in RACE_CONSTRAINTS
    )
