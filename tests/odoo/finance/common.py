# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A shop of a company on the Chinese chart, its orders and bills without a gateway."""

from itertools import count
from unittest.mock import patch

from odoo import fields
from odoo.addons.pdd_connector import button_time
from odoo.tests import TransactionCase

from . import bills

EARLY = fields.Datetime.to_datetime("2026-01-01 00:00:00")


class FinanceCase(TransactionCase):
    """Works on a cursor that may commit, as the scheduled actions do."""

    def setUp(self):
        super().setUp()
        self.enterContext(patch.object(button_time, "BUTTON_SECONDS", 600))
        self.registry_enter_test_mode()
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        self.env = self.env(cr=cr)
        self.company = self.env.company
        self.tax = self.company.account_sale_tax_id
        self._numbers = count(1)
        self.shop = self._create_shop("Test shop", "990001234")
        self.product = self.env["product.product"].create(
            {"name": "Cup", "default_code": "CUP", "taxes_id": self.tax.ids}
        )

    def _create_shop(self, name, mall_id, **vals):
        shop = self.env["pdd.shop"].create(
            {
                "name": name,
                "mall_id": mall_id,
                "gateway_url": "http://127.0.0.1:9/api/router",
                "import_from_date": EARLY,
                **vals,
            }
        )
        shop.action_include_taxes()
        return shop

    # --- orders

    def _order_row(self, paid="100.00", coupon="0", **vals):
        """Return an order as the platform sends it; amounts: yuan."""
        number = next(self._numbers)
        goods = float(paid) + float(coupon) - float(vals.get("postage", 0))
        goods += float(vals.get("seller_discount", 0))
        discount = float(coupon) + float(vals.get("seller_discount", 0))
        return {
            "order_sn": f"260601-{number:015d}",
            "order_status": 3,
            "refund_status": 1,
            "confirm_status": 1,
            "created_time": "2026-06-01 10:00:00",
            "confirm_time": "2026-06-01 10:00:00",
            "updated_at": "2026-06-05 12:00:00",
            "shipping_time": "2026-06-02 09:00:00",
            "receive_time": "2026-06-05 12:00:00",
            "goods_amount": round(goods, 2),
            "discount_amount": round(discount, 2),
            "platform_discount": float(coupon),
            "pay_amount": float(paid),
            "open_address_id": f"oaid_{number}",
            "receiver_name_mask": "陈*",
            "item_list": [
                {
                    "goods_id": "1",
                    "sku_id": "11",
                    "goods_name": "Cup",
                    "goods_price": round(goods, 2),
                    "goods_count": 1,
                    "outer_id": "CUP",
                }
            ],
            **vals,
        }

    def _create_orders(self, *rows, shop=None):
        """Take orders in and make their sales orders."""
        shop = shop or self.shop
        orders = self.env["pdd.order"]._intake(shop, list(rows))
        self.env["pdd.sku"].search([("shop_id", "=", shop.id)]).write(
            {"product_id": self.product.id}
        )
        orders._release()
        orders._make()
        for order in orders:
            self.assertTrue(order.sale_order_id, order.hold_detail)
        return orders.sorted("order_sn")

    def _create_order(self, paid="100.00", coupon="0", **vals):
        return self._create_orders(self._order_row(paid, coupon, **vals))

    def _create_order_of_two_rates(self, paid, coupon):
        """Return an order of two goods of 100.00, one of 13 % and one of 9 %."""
        nine = self.tax.search([("amount", "=", 9), ("type_tax_use", "=", "sale")])[0]
        self.env["product.product"].create(
            {"name": "Rice", "default_code": "RICE", "taxes_id": nine.ids}
        )
        self.shop.action_include_taxes()
        row = self._order_row(paid, coupon)
        [cup] = row["item_list"]
        cup["goods_price"] = 100.0
        row["item_list"].append({**cup, "sku_id": "12", "outer_id": "RICE"})
        [order] = self.env["pdd.order"]._intake(self.shop, [row])
        order._make()
        self.assertTrue(order.sale_order_id, order.hold_detail)
        return order

    # --- bills

    def _import(self, file, name="bill.csv", shop=None):
        """Keep and read a bill file; return its bill."""
        bill = self.env["pdd.bill"]._store_file(shop or self.shop, file, name, "upload")
        if bill.state == "new":
            bill._read()
        return bill

    def _import_lines(self, *lines, **options):
        return self._import(bills.csv_file(lines, **options))

    def _post(self, *lines, **options):
        """Import lines and post them; return the bill."""
        bill = self._import_lines(*lines, **options)
        self.assertEqual(bill.state, "open", bill.error_message)
        self.shop._post_bills()
        return bill

    # --- the ledger

    def _entry(self, moves):
        """Return the items of entries as sorted (account name, debit, credit) in yuan.

        A credit note of the Chinese chart has negative debits and credits; here they
        are shown on the other side.
        """
        sums = {}
        for item in moves.line_ids.filtered("balance"):
            side = item.balance > 0
            key = (item.account_id.with_context(lang="zh_CN").name, side)
            sums[key] = round(sums.get(key, 0) + abs(item.balance), 2)
        return sorted(
            (name, amount if side else 0.0, 0.0 if side else amount)
            for (name, side), amount in sums.items()
        )

    def _balance(self, account):
        """Return the balance of an account from posted items."""
        domain = [("account_id", "in", account.ids), ("parent_state", "=", "posted")]
        [(total,)] = self.env["account.move.line"]._read_group(
            domain, [], ["balance:sum"]
        )
        return round(total or 0.0, 2)

    def _refund(self, order, amount, **vals):
        """Take in an after-sale whose money was given back; amount: yuan."""
        number = next(self._numbers)
        rows = [
            {
                "id": 900000 + number,
                "order_sn": order.order_sn,
                "after_sales_type": 2,
                "after_sales_status": 10,
                "refund_amount": amount,
                "created_time": "2026-06-10 10:00:00",
                "updated_time": "2026-06-12 10:00:00",
                "sku_id": "11",
                **vals,
            }
        ]
        return self.env["pdd.refund"]._intake(self.shop, rows)
