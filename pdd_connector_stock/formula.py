# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How many pieces of a SKU may be on offer. Plain Python: no odoo import, no database.

For a SKU, with ``F`` what its components leave free in the rule's warehouses::

    offer = guaranteed' + share * (F - safety - all guarantees) - sold

``sold`` is what the platform sold and Odoo has not turned into a stock move yet. It is
taken off after the share, so a shop that may offer half of the stock does not offer
half of its own unshipped orders again. Without guarantees this is
``share * (F - safety) - sold``. The offer is rounded down, then the cap and the floor
apply. A kit offers what its scarcest component allows.

For one product over all shops that count the same warehouses, guarantees never add up
to more than ``F``: they are granted in the order of the offers.
"""

import math
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a rule says about a SKU.

    :ivar Decimal share: part of the free quantity that may be offered, 0 to 1
    :ivar int safety: pieces that are never offered
    :ivar int cap: most pieces on offer; 0: no limit
    :ivar int floor: fewer pieces than this are shown as none
    :ivar int guaranteed: pieces kept aside for this SKU alone
    """

    share: Decimal = Decimal(1)
    safety: int = 0
    cap: int = 0
    floor: int = 0
    guaranteed: int = 0


@dataclass(slots=True)
class Offer:
    """A SKU whose quantity is asked for.

    :ivar key: names it in the result
    :ivar company: key of the company whose unmade orders count
    :ivar frozenset warehouses: ids of the warehouses it is shipped from
    :ivar pool: key of the free quantities that count for it
    :ivar list components: ``(product id, pieces per SKU)``, one pair for a plain product
    :ivar Terms terms: what its rule says
    """

    key: int
    company: int
    warehouses: frozenset
    pool: tuple
    components: list
    terms: Terms


@dataclass(slots=True)
class Answer:
    """The quantity of a SKU and how it came about.

    :ivar int quantity: pieces that may be on offer
    :ivar list parts: for each component a dict of the terms of the formula
    """

    quantity: int
    parts: list

    @property
    def scarcest(self):
        """Return the component that decides; None without components."""
        return min(self.parts, key=lambda part: part["offer"], default=None)


def plain(number):
    """Return a quantity as people write it: all its digits, no exponent."""
    text = f"{number:.6f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def exact(number):
    """Return a quantity as Decimal without the noise of binary floats."""
    return Decimal(repr(round(number, 6)))


def answer(offers, free, sold):
    """Work out the quantity of each offer.

    :param list offers: in the order in which guarantees are granted
    :param dict free: (pool, product id) -> free pieces, float
    :param dict sold: (company, product id) -> pieces sold and not yet in a move
    :return dict: key -> Answer
    """
    granted = _grant(offers, free)
    kept = defaultdict(list)
    for (key, product), pieces in granted.items():
        kept[product].append((key, pieces))
    by_key = {offer.key: offer for offer in offers}
    answers = {}
    for offer in offers:
        parts = [
            _part(offer, product, exact(per), free, sold, granted, kept, by_key)
            for product, per in offer.components
        ]
        answers[offer.key] = Answer(_finish(offer.terms, parts), parts)
    return answers


def _grant(offers, free):
    """Grant the guarantees one after the other, as long as there is stock.

    :return dict: (key, product id) -> pieces of the component kept for the SKU
    """
    granted, by_product = {}, defaultdict(list)
    for offer in offers:
        if not offer.terms.guaranteed:
            continue
        for product, per in offer.components:
            taken = sum(
                pieces
                for warehouses, pieces in by_product[product]
                if warehouses & offer.warehouses
            )
            there = exact(free.get((offer.pool, product), 0.0)) - taken
            there -= offer.terms.safety * exact(per)
            pieces = max(ZERO, min(offer.terms.guaranteed * exact(per), there))
            granted[offer.key, product] = pieces
            by_product[product].append((offer.warehouses, pieces))
    return granted


def _part(offer, product, per, free, sold, granted, kept, by_key):
    """Return the terms of the formula for one component; ``offer`` in pieces of the SKU."""
    terms = offer.terms
    there = exact(free.get((offer.pool, product), 0.0))
    own = granted.get((offer.key, product), ZERO)
    others = sum(
        pieces
        for key, pieces in kept[product]
        if key != offer.key and by_key[key].warehouses & offer.warehouses
    )
    rest = max(ZERO, there - terms.safety * per - own - others)
    guard = exact(sold.get((offer.company, product), 0.0))
    pieces = (own + terms.share * rest - guard) / per
    return {
        "product": product,
        "per": float(per),
        "free": float(there),
        "kept": float(own),
        "others": float(others),
        "sold": float(guard),
        "offer": float(pieces),
        "exact": pieces,
    }


def _finish(terms, parts):
    """Return the whole pieces of the scarcest component, within cap and floor."""
    if not parts:
        return 0
    # divisions may end a hair below a whole number: 3 kits of 1/3 are 1
    pieces = math.floor(min(part.pop("exact") for part in parts) + Decimal("1e-9"))
    if terms.cap:
        pieces = min(pieces, terms.cap)
    return pieces if pieces >= max(terms.floor, 1) else 0
