# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Facts about the APIs that the connector calls: tables only, no logic.

Source: PDD Open Platform, pages of the single APIs (2026; some of 2023).
"""

from typing import NamedTuple


class Read(NamedTuple):
    """A call without effect: it may be repeated at any time."""

    rows_key: str | None = None
    """Key of the list in the answer; None where the answer is one object."""
    page_size: int | None = None
    """Most rows per page; None where the API does not page."""
    window: int | None = None
    """Longest span between start and end, in seconds."""
    has_next: bool = False
    """It knows ``use_has_next``: an answer without total, much cheaper."""


READS = {
    "pdd.order.list.get": Read("order_list", 100, 86400, True),
    "pdd.order.basic.list.get": Read("order_list", 100, 86400, True),
    "pdd.order.number.list.increment.get": Read("order_sn_list", 100, 1800, True),
    "pdd.order.information.get": Read(),
    "pdd.order.status.get": Read("order_status_list"),
    "pdd.order.promise.info.get": Read(),
    "pdd.order.merge.ship.order.group": Read("order_group_list"),
    "pdd.goods.list.get": Read("goods_list", 100),
    "pdd.goods.detail.get": Read(),
    "pdd.goods.skus.get": Read(),
    "pdd.goods.commit.detail.get": Read(),
    "pdd.goods.commit.list.get": Read("list", 100),
    "pdd.goods.latest.commit.status.get": Read("list"),
    "pdd.goods.cats.get": Read("goods_cats_list"),
    "pdd.refund.list.increment.get": Read("refund_list", 100, 1800),
    "pdd.refund.information.get": Read(),
    "pdd.refund.status.check": Read("order_sns_exists_refund"),
    "pdd.refund.address.list.get": Read("refund_address_list"),
    "pdd.logistics.companies.get": Read("logistics_companies"),
    "pdd.logistics.address.get": Read("logistics_address_list"),
    "pdd.logistics.ordertrace.get": Read("trace_list"),
    "pdd.open.logistics.pre.check": Read(),
    "pdd.waybill.search": Read("waybill_apply_subscription_cols"),
    "pdd.open.decrypt.mask.batch": Read("data_decrypt_list"),
    "pdd.open.virtual.number.check": Read(),
    "pdd.finance.balance.daily.bill.url.get": Read(),
    "pdd.invoice.application.query": Read("invoice_application_list"),
    "pdd.mall.info.get": Read(),
    "pdd.time.get": Read(),
    "pdd.pmc.user.get": Read(),
    "pdd.pmc.accrue.query": Read(),
}
"""Name of the API -> facts. A name that is not here is taken for a write.

Not here although their names say "get" or "batch": ``pdd.waybill.get`` takes a
number, ``pdd.goods.spec.id.get`` may create a value, ``pdd.open.decrypt.batch`` eats
a quota, and the token APIs use up a code or a refresh token.
"""

LIMIT_WINDOWS = {
    "pdd.order.list.get": 60,
    "pdd.order.basic.list.get": 1,
    "pdd.order.number.list.increment.get": 60,
    "pdd.order.information.get": 60,
    "pdd.order.status.get": 60,
    "pdd.order.tradein.info": 1,
    "pdd.refund.list.increment.get": 10,
    "pdd.refund.information.get": 1,
    "pdd.goods.list.get": 60,
    "pdd.goods.detail.get": 60,
    "pdd.goods.commit.detail.get": 60,
    "pdd.goods.quantity.update": 1,
    "pdd.goods.sku.price.update": 1,
    "pdd.goods.sale.status.set": 10,
    "pdd.goods.add": 1,
    "pdd.goods.edit.goods.commit": 10,
    "pdd.goods.cat.rule.get": 1,
    "pdd.goods.skus.get": 1,
    "pdd.logistics.online.send": 1,
    "pdd.logistics.companies.get": 10,
    "pdd.logistics.address.get": 1,
    "pdd.logistics.ordertrace.get": 20,
    "pdd.waybill.get": 1,
    "pdd.waybill.search": 1,
    "pdd.waybill.update": 1,
    "pdd.cloud.print": 1,
    "pdd.open.decrypt.batch": 10,
    "pdd.open.decrypt.mask.batch": 10,
    "pdd.finance.balance.daily.bill.url.get": 1,
    "pdd.invoice.detail.upload": 1,
    "pdd.einvoice.info.query": 1,
    "pdd.mall.info.get": 1,
    "pdd.pmc.accrue.query": 1,
}
"""Name of the API -> seconds over which the platform counts its calls.

Where several limits are published, it is the window of the shop's own, then of the
application's. When it is over, calls are taken again.
"""
