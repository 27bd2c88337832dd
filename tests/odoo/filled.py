# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A company in the middle of its day: orders in every state, and a row of every model."""

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user

from .finance import bills
from .parcel_common import ParcelCase

MAGIC = ("id", "create_uid", "create_date", "write_uid", "write_date")
RETURN_NUMBER = "YT9000000000001"
DEAL_DAY = "2026-06-08 10:00:00"
#: Sets of rights people have: those of Odoo alone, ours with them. Ours alone are added.
ROLES = {
    "sales, own documents": ["sales_team.group_sale_salesman"],
    "sales, all documents": ["sales_team.group_sale_salesman_all_leads"],
    "sales administrator": ["sales_team.group_sale_manager"],
    "inventory": ["stock.group_stock_user"],
    "inventory administrator": ["stock.group_stock_manager"],
    "invoicing": ["account.group_account_invoice"],
    "bookkeeper": ["account.group_account_user"],
    "accounting administrator": ["account.group_account_manager"],
    "auditor": ["account.group_account_readonly"],
    "operator who sells": [
        "pdd_connector.group_pdd_user",
        "sales_team.group_sale_salesman",
    ],
    "operator who packs": [
        "pdd_connector.group_pdd_user",
        "stock.group_stock_user",
    ],
    "administrator": ["base.group_system", "pdd_connector.group_pdd_manager"],
    "manager of all": [
        "pdd_connector.group_pdd_manager",
        "sales_team.group_sale_manager",
        "stock.group_stock_manager",
        "account.group_account_manager",
    ],
}


class FilledCase(ParcelCase):
    """Everything that a list can show is there once."""

    simulator_options = {"seed": 7, "shops": 1, "orders": 0, "days": 2, "goods": 6}

    def setUp(self):
        super().setUp()
        self.skus = self.env["pdd.sku"].search([("product_id", "!=", False)])
        self._fill_orders()
        self._fill_after_sales()
        self._fill_stock()
        self._fill_unmapped()
        self._fill_books()
        self._fill_issues()
        self._fill_rest()
        self.env.cr.commit()
        self.roles = self._create_roles()

    # --- orders

    def _fill_orders(self):
        self._make_orders(2, receiver=self.platform.order_maker.person(5))
        self.ready = self._make_orders()
        self.ready.sale_order_id.picking_ids.carrier_id = self.sf
        self.sent = self._make_orders()
        self._ship(self.sent, "SF9000000000009")
        self._send_parcels()
        self._happen(self.sent, "receive")
        self.env["pdd.order"]._cron_invoice()
        self.changed = self._make_orders()
        self.changed.sale_order_id.partner_shipping_id = self.shop.partner_id
        self._happen(self.changed, "address_change", number=17)
        self._order(consolidation=1)
        self.stopped = self._make_orders()
        self._ask_refund(self.stopped)
        broken = self._make_orders()
        broken._set_error(UserError("Something to look at"))
        self._fill_waybill()
        self.env["pdd.order.note"].create({"order_id": self.ready.id, "note": "易碎"})

    def _fill_unmapped(self):
        sku = self.skus[0]
        self.product_of_code, sku.outer_id = sku.product_id, "NOT-MAPPED"
        sku.product_id = False
        self._order(items=[{"sku_id": sku.sku_id, "count": 1, "price": 5000}])

    def _fill_waybill(self):
        self.shop.action_read_waybill_accounts()
        accounts = self.shop.waybill_account_ids.filtered(
            lambda account: account.logistics_id == self.sf.pdd_logistics_id
        )
        accounts.write({"sender_name": "示例仓", "sender_phone": "021-55550100"})
        accounts.template_id = self.env["pdd.waybill.template"].search(
            [("logistics_id", "=", self.sf.pdd_logistics_id.id)], limit=1
        )
        self.ready.sale_order_id.picking_ids.action_pdd_waybill()
        self._trigger("pdd_connector_stock.ir_cron_waybill")

    def _fill_after_sales(self):
        """A return on its way, and a parcel that is to be sent again."""
        for kind in ("return", "again"):
            order = self._make_orders(items=[{"count": 2}])
            self._ship(order, f"SF1{order.id:012}")
            self._send_parcels()
            if kind == "again":
                self.platform.event(order.order_sn, "exchange_request", kind=4)
                self._read_all()
                continue
            self._ask_refund(order)
            self.platform.event(order.order_sn, "return_agree")
            self.platform.event(
                order.order_sn, "return_ship", tracking_number=RETURN_NUMBER
            )
            self._read_all()

    def _fill_stock(self):
        self.rule = self.env["pdd.warehouse.rule"].create(
            {"name": "All", "warehouse_id": self.warehouse.id, "is_live": False}
        )
        self.env["pdd.stock.rule"].create({"shop_id": self.shop.id})
        self.shop.action_publish_stock()
        self._put_on_stock(self.products, -10)
        self._trigger("pdd_connector_stock.ir_cron_stock_publish")

    def _fill_books(self):
        lines = [
            bills.row(self.sent.order_sn, "10.00", "0010002", DEAL_DAY),
            bills.row("-", "-300.00", "0080001", DEAL_DAY),
            bills.row("-", "-5.00", "0990099", DEAL_DAY),
        ]
        Bill = self.env["pdd.bill"]
        bill = Bill._store_file(self.shop, bills.csv_file(lines), "bill.csv", "upload")
        if bill.state == "new":
            bill._read()
        self.shop._post_bills()
        self.env["pdd.proof"]._cron_prove()

    def _fill_issues(self):
        """Open an issue of each cause there is, with what it may be about."""
        Issue = self.env["pdd.issue"]
        waybill = self.env["pdd.waybill"].search([], limit=1)
        sku, orders = self.skus[1], self.sent | self.ready
        keys = {"waybill": waybill.id, "archived": f"rule,{self.rule.id}"}
        for cause, label in Issue._fields["cause"]._description_selection(self.env):
            if not Issue.search_count([("cause", "=", cause)]):
                key = keys.get(cause, str(sku.id))
                Issue._report(self.shop, cause, key, label, orders, sku_id=sku.id)

    # --- what no flow above has made

    def _fill_rest(self):
        self.env.flush_all()
        for model in self._models():
            if not model._auto or model.search_count([]):
                continue
            model.create(self._prepare_required(model))

    def _models(self):
        """Return our models that hold rows."""
        names = sorted(name for name in self.env if name.startswith("pdd."))
        models = [self.env[name].with_context(active_test=False) for name in names]
        return [model for model in models if not (model._abstract or model._transient)]

    def _prepare_required(self, model):
        vals = {}
        for name, field in model._fields.items():
            is_key = field.comodel_name in ("pdd.shop", "pdd.order", "pdd.goods")
            if not field.store or field.compute or name in MAGIC:
                continue
            if not (field.required or is_key) or field.default:
                continue
            vals[name] = self._prepare_value(field)
        return vals

    def _prepare_value(self, field):
        if field.type == "many2one":
            return self.env[field.comodel_name].search([], limit=1).id
        if field.type == "selection":
            return field.get_values(self.env)[0]
        if field.type == "date":
            return fields.Date.today()
        if field.type == "datetime":
            return fields.Datetime.now()
        return 1 if field.type in ("integer", "float", "monetary") else "1"

    def _trigger(self, xmlid):
        self.env.ref(xmlid).method_direct_trigger()
        self.env.invalidate_all()

    # --- people

    def _create_roles(self):
        """Return users by role: those of Odoo, and each of our groups by itself."""
        groups = self.env["ir.model.data"].search(
            [("model", "=", "res.groups"), ("module", "=like", "pdd_connector%")]
        )
        own = {data.name: [data.complete_name] for data in groups}
        return {
            role: new_test_user(
                self.env,
                role.replace(" ", "_").replace(",", ""),
                ",".join(["base.group_user", *names]),
            )
            for role, names in {**own, **ROLES}.items()
        }
