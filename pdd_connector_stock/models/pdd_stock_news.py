# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a batch of marks says about single SKUs. Plain Python."""

from collections import defaultdict
from datetime import timedelta

# The platform tells the moment of a deal in whole seconds, and clocks differ a little.
CLOCK_TOLERANCE = timedelta(seconds=3)
# A SKU that was worked out because another one with the same components changed.
# What decides which stock counts says more about a quantity than the sales that it
# lets through: a SKU that is mapped releases the orders that waited for it.
DECISIONS = ("mapping", "opening", "switch", "rule", "product", "count", "expiry")
UNKNOWN = {"cause": "quantity", "origin": None, "user_id": None, "change_date": None}


class News:
    """The marks of one computation, looked up by SKU.

    :param list marks: dicts, the oldest first
    :param list facts: the SKUs that are worked out
    """

    def __init__(self, marks, facts):
        self._products = {fact.id: fact.product_id for fact in facts}
        self._by_sku, self._by_product, self._by_shop = {}, {}, {}
        self._sold, self._deals = defaultdict(int), {}
        self._checks, self._looks = set(), set()
        for mark in marks:
            self._add(mark)

    def _add(self, mark):
        sku_id = mark["sku_id"]
        if sku_id:
            _keep(self._by_sku, sku_id, mark, sku_id)
            _keep(self._by_product, self._products.get(sku_id), mark, None)
        elif mark["product_id"]:
            _keep(self._by_product, mark["product_id"], mark, None)
        else:
            _keep(self._by_shop, mark["shop_id"], mark, None)
        if sku_id and mark["cause"] == "drift":
            self._looks.add(sku_id)
        if mark["is_check"]:
            self._checks.add(sku_id or (mark["shop_id"],))
        if mark["sold_qty"]:
            self._sold[sku_id] += mark["sold_qty"]
            deals = [d for d in (self._deals.get(sku_id), mark["deal_date"]) if d]
            self._deals[sku_id] = min(deals, default=None)

    def get(self, fact):
        """Return the mark that tells best why a SKU was worked out."""
        products = [fact.product_id, *(product for product, _per in fact.components)]
        candidates = [self._by_sku.get(fact.id)]
        candidates += [self._by_product.get(product) for product in products]
        candidates.append(self._by_shop.get(fact.shop_id))
        found = [mark for mark in candidates if mark]
        return max(found, key=lambda mark: _weigh(mark, fact.id), default=UNKNOWN)

    def total(self, fact):
        """Return the pieces of all orders of a SKU that were ever read."""
        return fact.sold_total + self._sold.get(fact.id, 0)

    def is_look(self, fact):
        """Return whether a SKU was to be looked at once more about now."""
        return fact.id in self._looks

    def must_ask(self, fact):
        """Return whether only the platform knows what it shows.

        So it is for a check that was asked for, and when an order turns up whose deal
        was made before or while the quantity was told: then it may be overwritten.
        """
        if fact.id in self._checks or (fact.shop_id,) in self._checks:
            return True
        if fact.id not in self._sold or not fact.base_sent_date:
            return False
        deal_date = self._deals[fact.id]
        if deal_date and deal_date > fact.base_sent_date + CLOCK_TOLERANCE:
            return False
        return fact.sold_total - fact.base_sold_total > fact.base_unseen_qty


def rank(cause):
    """Return how much a cause says about a quantity; what a person confirmed says most."""
    if cause == "opening":
        return 3
    if cause in DECISIONS:
        return 2
    return 1 if cause == "move" else 0


def _keep(marks, key, mark, sku_id):
    """Keep the mark of a key that says most; of equal ones the last."""
    former = marks.get(key)
    if not former or _weigh(mark, sku_id) >= _weigh(former, sku_id):
        marks[key] = mark


def _weigh(mark, sku_id):
    """Return how much a mark says about a SKU: its own request first, then decisions.

    What was decided about another SKU of the same product says less.
    """
    if mark["sku_id"] and mark["sku_id"] != sku_id:
        return 0
    if mark["sku_id"] and mark["cause"] == "request":
        return 10
    return max(1, rank(mark["cause"]))
