# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.addons.pdd_connector import pop
from odoo.addons.pdd_connector.models.labels import label_of

from ..const import INVOICE_KINDS, INVOICE_STATUSES

TEXT_LIMIT = 200


class PddInvoiceApplication(models.Model):
    """A tax invoice that a buyer asks for on the platform.

    The platform names what is to be invoiced, the buyer's payment less what was given
    back. Address, phone and bank of buyers are not kept.
    """

    _name = "pdd.invoice.application"
    _description = "PDD Invoice Application"
    _order = "apply_date desc, id desc"
    _rec_name = "order_sn"

    shop_id = fields.Many2one(
        "pdd.shop", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="shop_id.company_id", store=True)
    currency_id = fields.Many2one(related="shop_id.currency_id")
    order_sn = fields.Char(string="Order Number", required=True, readonly=True)
    order_id = fields.Many2one(
        "pdd.order", readonly=True, index="btree_not_null", ondelete="set null"
    )
    status = fields.Integer(string="Status Code", readonly=True)
    kind = fields.Integer(string="Kind Code", readonly=True)
    status_label = fields.Char(string="Status", compute="_compute_labels")
    kind_label = fields.Char(string="Kind", compute="_compute_labels")
    is_red = fields.Boolean(
        string="Red Invoice", readonly=True, help="Takes an invoice back."
    )
    is_company = fields.Boolean(string="For a Company", readonly=True)
    is_automatic = fields.Boolean(
        string="Issued Automatically",
        readonly=True,
        help="By the platform's invoice system, not by hand.",
    )
    apply_date = fields.Datetime(string="Asked For On", readonly=True)
    amount = fields.Monetary(
        string="Amount to Invoice", readonly=True, help="Tax included."
    )
    order_amount = fields.Monetary(related="order_id.receivable_amount")
    platform_discount = fields.Monetary(related="order_id.platform_discount")
    payer_name = fields.Char(string="Invoice To", readonly=True, exportable=False)
    payer_number = fields.Char(string="Tax Number", readonly=True, exportable=False)
    reason = fields.Char(string="Refused Because", readonly=True)
    digest = fields.Char(required=True, readonly=True, exportable=False)

    _order_uniq = models.UniqueIndex(
        "(shop_id, order_sn, is_red)", "This application is known already."
    )

    @api.depends("status", "kind")
    @api.depends_context("lang")
    def _compute_labels(self):
        for application in self:
            application.status_label = label_of(
                self.env, INVOICE_STATUSES, application.status
            )
            application.kind_label = label_of(self.env, INVOICE_KINDS, application.kind)

    # --- intake

    @api.model
    def _intake(self, shop, rows):
        """Keep applications as the platform shows them; the later row counts.

        :param list rows: items of ``invoice_application_list``
        """
        vals_by_key = {}
        for row in rows:
            try:
                vals = self._prepare_vals(row)
            except (ValueError, AttributeError) as error:
                number = row.get("order_sn") if isinstance(row, dict) else ""
                shop._report_unreadable("invoice application", number, error)
                continue
            vals_by_key[vals["order_sn"], vals["is_red"]] = vals
        numbers = [order_sn for order_sn, _is_red in vals_by_key]
        domain = [("shop_id", "=", shop.id), ("order_sn", "in", numbers)]
        known = {(app.order_sn, app.is_red): app for app in self.search(domain)}
        orders = self.env["pdd.order"].search(domain).grouped("order_sn")
        to_create = []
        for key, vals in vals_by_key.items():
            order = orders.get(vals["order_sn"], self.env["pdd.order"])
            vals = {**vals, "shop_id": shop.id, "order_id": order.id}
            if key not in known:
                to_create.append(vals)
            elif known[key].digest != vals["digest"] or known[key].order_id != order:
                known[key].write(vals)
        self.create(to_create)

    @api.model
    def _link_orders(self, shop):
        """Link applications that were read before their order."""
        domain = [("shop_id", "=", shop.id), ("order_id", "=", False)]
        loose = self.search(domain).grouped("order_sn")
        domain = [("shop_id", "=", shop.id), ("order_sn", "in", list(loose))]
        for order in self.env["pdd.order"].search(domain):
            loose[order.order_sn].order_id = order

    @api.model
    def _prepare_vals(self, row):
        """Map an item of ``pdd.invoice.application.query`` (amounts: fen, times: ms).

        :raise ValueError: names the field that is missing or cannot be read
        """
        order_sn = pop.parse_text(row.get("order_sn")).strip()
        if not order_sn:
            raise ValueError("order_sn: the value is missing")
        read, number = pop.parse_field, pop.parse_int32
        return {
            "order_sn": order_sn,
            "status": read(row, "application_status", number),
            "kind": read(row, "invoice_kind", number, default=0),
            "is_red": read(row, "invoice_type", number, default=0) == 1,
            "is_company": read(row, "business_type", number, default=0) == 1,
            "is_automatic": read(row, "invoice_way", number, default=0) == 1,
            "apply_date": read(row, "apply_time", pop.parse_time) or False,
            "amount": float(read(row, "invoice_amount", pop.parse_fen)),
            "payer_name": _text(row, "payer_name"),
            "payer_number": _text(row, "payer_register_no"),
            "reason": _text(row, "reason"),
            "digest": pop.digest_of(row),
        }


def _text(row, name):
    return pop.parse_field(row, name, pop.parse_text, limit=TEXT_LIMIT) or False
