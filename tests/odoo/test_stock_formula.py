# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The formula alone, without a database."""

from decimal import Decimal
from math import floor

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odoo.addons.pdd_connector_stock.formula import Offer, Terms, answer
from odoo.addons.pdd_connector_stock.unseen import (
    count_unseen,
    expected_quantity,
    review,
    total,
)

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
HERE = frozenset({1})
pieces = st.integers(0, 500)
shares = st.integers(0, 100).map(lambda percent: Decimal(percent) / 100)


def offer(key=1, product=10, per=1.0, company=1, warehouses=HERE, **terms):
    parts = product if isinstance(product, list) else [(product, per)]
    return Offer(key, company, warehouses, warehouses, parts, Terms(**terms))


def quantity(free, sold=0, **terms):
    found = answer([offer(**terms)], {(HERE, 10): free}, {(1, 10): sold})
    return found[1].quantity


def test_safety_share_and_sold_pieces_come_off_in_this_order():
    share = Decimal("0.5")
    assert quantity(78.0, share=share, safety=4) == 37
    assert quantity(78.0, sold=7, share=share, safety=4) == 30


def test_the_quantity_is_rounded_down_without_the_noise_of_floats():
    assert quantity(100.0, share=Decimal("0.29")) == 29
    assert quantity(9.999) == 9
    assert quantity(0.1 + 0.2 + 0.7) == 1


def test_cap_and_floor_apply_last():
    assert quantity(50.0, cap=20) == 20
    assert quantity(4.0, floor=5) == 0
    assert quantity(5.0, floor=5) == 5


def test_a_kit_offers_what_its_scarcest_component_allows():
    kit = offer(product=[(10, 2.0), (11, 1.0)])
    free = {(HERE, 10): 9.0, (HERE, 11): 7.0}
    found = answer([kit], free, {})[1]
    assert found.quantity == 4
    assert found.scarcest["product"] == 10
    assert answer([kit], free, {(1, 10): 3.0})[1].quantity == 3


def test_a_guarantee_is_kept_from_the_other_shops_and_the_rest_floats():
    offers = [offer(1, guaranteed=20), offer(2, guaranteed=5), offer(3)]
    found = answer(offers, {(HERE, 10): 100.0}, {})
    assert [found[key].quantity for key in (1, 2, 3)] == [95, 80, 75]


def test_guarantees_are_granted_in_order_when_stock_is_short():
    offers = [offer(1, guaranteed=20), offer(2, guaranteed=20), offer(3)]
    found = answer(offers, {(HERE, 10): 30.0}, {})
    assert [found[key].quantity for key in (1, 2, 3)] == [20, 10, 0]


def test_a_guarantee_in_other_warehouses_takes_nothing_away():
    far = frozenset({2})
    offers = [offer(1, warehouses=far, guaranteed=20), offer(2)]
    found = answer(offers, {(far, 10): 30.0, (HERE, 10): 30.0}, {})
    assert found[2].quantity == 30


@patient
@given(pieces, pieces, pieces, shares)
def test_the_invariant_holds_for_every_rule(free, sold, safety, share):
    most = max(0, floor(share * max(0, free - safety)) - sold)
    assert quantity(float(free), sold, safety=safety, share=share) == most


@patient
@given(st.lists(st.tuples(pieces, shares), min_size=1, max_size=5), pieces)
def test_no_offer_reaches_into_what_is_kept_for_others(rules, free):
    offers = [
        offer(key, guaranteed=guaranteed, share=share)
        for key, (guaranteed, share) in enumerate(rules)
    ]
    found = answer(offers, {(HERE, 10): float(free)}, {})
    kept = [found[key].parts[0]["kept"] for key in range(len(rules))]
    assert sum(kept) <= free
    for key in range(len(rules)):
        others = sum(kept) - kept[key]
        assert kept[key] - 1 < found[key].quantity <= max(0, free - others)


@patient
@given(pieces, pieces, pieces)
def test_sales_before_and_after_the_lists_show_them_count_once(after, unseen, later):
    shown = after
    assert expected_quantity(after, unseen, 0) == shown
    assert expected_quantity(after, unseen, unseen) == shown
    assert expected_quantity(after, unseen, unseen + later) == shown - later


def test_orders_explain_the_oldest_findings_first():
    findings = [["2026-11-25 10:00:00", 3], ["2026-11-25 10:00:20", 2]]
    assert review(findings, 0, None) == (findings, 0)
    assert review(findings, 4, None) == ([["2026-11-25 10:00:20", 1]], 0)
    assert review(findings, 9, None) == ([], 0)


def test_what_the_lists_do_not_show_beyond_its_moment_was_no_sale():
    findings = [["2026-11-25 10:00:00", 3], ["2026-11-25 10:00:20", 2]]
    later = "2026-11-25 10:00:10"
    assert review(findings, 0, later) == (findings[1:], 3)
    assert review(findings, 1, later) == (findings[1:], 2)
    assert review(findings, 3, later) == (findings[1:], 0)
    assert review(findings, 0, findings[0][0]) == (findings, 0)


@patient
@given(st.lists(st.tuples(pieces, pieces, st.integers(-500, 500)), max_size=8))
def test_findings_always_add_up_to_what_no_order_shows(steps):
    """Buyers buy, orders turn up, full quantities are told, in any order."""
    shown, findings, bought, listed, base = 40, [], 0, 0, (40, 0, 0)
    for number, (wanted, turned_up, target) in enumerate(steps):
        taken = min(wanted, shown)
        shown, bought = shown - taken, bought + taken
        listed = min(bought, listed + turned_up)
        after, unseen, listed_then = base
        sold = listed - listed_then
        findings, no_sale = review(findings, sold, None)
        assert not no_sale
        found = count_unseen(shown, [expected_quantity(after, unseen, sold)])
        findings += [[number, found]] if found else []
        assert total(findings) == bought - listed
        shown = max(0, target - total(findings))
        base = shown, total(findings), listed


@patient
@given(pieces, pieces, pieces)
def test_what_was_bought_unseen_is_never_counted_too_low(before, told, bought):
    """After an attempt without answer either quantity may be what sales came off."""
    for truth in (before, told):
        shown = max(0, truth - bought)
        unseen = count_unseen(shown, [before, told])
        assert unseen >= truth - shown or shown in (before, told)
