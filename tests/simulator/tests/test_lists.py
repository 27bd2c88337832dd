# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Windows, pages that jump, lag and filters of the list methods."""

from .client import Client
from .conftest import NOON


def _numbers(rows):
    return [row["order_sn"] for row in rows]


def _make_orders(sim, count):
    return [
        sim.platform.create_order(at=NOON - 1000 + place).order_sn
        for place in range(count)
    ]


def test_increment_is_newest_first_and_closed_at_both_ends(sim, client):
    numbers = _make_orders(sim, 5)
    found = client.increment(NOON - 1000, NOON - 996)
    assert _numbers(found["order_sn_list"]) == numbers[::-1]
    assert found["total_count"] == 5
    found = client.increment(NOON - 999, NOON - 997)
    assert _numbers(found["order_sn_list"]) == numbers[3:0:-1]


def test_pages_have_a_total_or_a_next_but_not_both(sim, client):
    numbers = _make_orders(sim, 5)
    window = (NOON - 1000, NOON)
    for page, next_one in ((1, True), (2, True), (3, False), (4, False)):
        found = client.increment(*window, page=page, page_size=2, use_has_next=True)
        assert found["has_next"] is next_one
        assert "total_count" not in found
        newest = numbers[::-1]
        expected = newest[page * 2 - 2 : page * 2]
        assert _numbers(found["order_sn_list"]) == expected
    found = client.increment(*window, page=3, page_size=2, use_has_next=False)
    assert found["total_count"] == 5
    assert "has_next" not in found


def test_a_changed_order_jumps_to_the_front_while_one_pages(sim, client):
    numbers = _make_orders(sim, 4)
    window = (NOON - 1000, NOON + 700)
    first = client.increment(*window, page=1, page_size=2)
    sim.clock.advance(10)
    sim.platform.event(numbers[0], "memo", text="改")
    second = client.increment(*window, page=2, page_size=2)
    forward = _numbers(first["order_sn_list"] + second["order_sn_list"])
    assert numbers[0] not in forward, "forward paging must lose the order"
    assert _numbers(client.increment(*window)["order_sn_list"])[0] == numbers[0]


def _read_in_turn(sim, client, numbers, pages, changed):
    """Read pages of a past window; an order of it changes after each page."""
    seen = set()
    for page, place in zip(pages, changed, strict=True):
        window = (NOON - 1000, NOON - 900)
        rows = client.increment(*window, page=page, page_size=2, use_has_next=True)
        seen.update(_numbers(rows["order_sn_list"]))
        sim.clock.advance(1)
        sim.platform.event(numbers[place], "memo", text=str(page))
    return seen


def test_paging_backwards_behind_the_clock_loses_nothing(sim, client):
    numbers = _make_orders(sim, 6)
    seen = _read_in_turn(sim, client, numbers, pages=(3, 2, 1), changed=(1, 0, 3))
    assert seen == set(numbers)


def test_paging_forwards_loses_what_moves_up(sim, client):
    numbers = _make_orders(sim, 6)
    seen = _read_in_turn(sim, client, numbers, pages=(1, 2, 3), changed=(5, 4, 0))
    assert seen < set(numbers)


def test_a_change_leaves_its_old_window(sim, client):
    number = _make_orders(sim, 1)[0]
    sim.clock.advance(60)
    sim.platform.event(number, "urge")
    assert client.increment(NOON - 1000, NOON)["total_count"] == 0
    assert client.increment(NOON + 60, NOON + 60)["total_count"] == 1


def test_every_kind_of_change_bumps_the_time(sim, client):
    for event in ("memo", "remark", "urge", "shortage", "hold", "price_change"):
        number = sim.platform.create_order().order_sn
        sim.clock.advance(2)
        order = sim.platform.event(number, event)
        assert order.updated == int(sim.clock.now()), event


def test_lists_lag_and_show_what_was(make):
    sim = make(list_lag=30)
    client = Client(sim)
    order = sim.platform.create_order()
    window = (NOON - 100, NOON + 1000)
    assert client.increment(*window)["total_count"] == 0
    assert client.order(order.order_sn)["order_status"] == 1
    sim.clock.advance(30)
    assert client.increment(*window)["total_count"] == 1
    sim.platform.event(order.order_sn, "ship")
    row = client.increment(*window)["order_sn_list"][0]
    assert (row["order_status"], row["tracking_number"]) == (1, "")
    assert client.order(order.order_sn)["order_status"] == 2
    assert client.deals(NOON - 9, NOON)["order_list"][0]["order_status"] == 1
    sim.clock.advance(30)
    row = client.increment(*window)["order_sn_list"][0]
    assert row["order_status"] == 2
    assert row["updated_at"] == "2026-06-01 12:00:30"


def test_refund_list_lags_too(make):
    sim = make(list_lag=30)
    client = Client(sim)
    number = sim.platform.create_order().order_sn
    sim.platform.event(number, "refund_request")
    assert client.refunds(NOON - 9, NOON + 9)["total_count"] == 0
    sim.clock.advance(30)
    assert client.refunds(NOON - 9, NOON + 9)["total_count"] == 1


def test_filters(sim, client):
    platform = sim.platform
    waiting = platform.create_order().order_sn
    lottery = platform.create_order(lucky_flag=2).order_sn
    deposit = platform.create_order(step_status=1).order_sn
    shipped = platform.create_order().order_sn
    platform.event(shipped, "ship")
    refunded = platform.create_order().order_sn
    platform.event(refunded, "refund_request")
    platform.event(refunded, "refund_agree")
    everything = {waiting, lottery, deposit, shipped, refunded}

    def found(**filters):
        rows = client.increment(NOON - 60, NOON + 60, **filters)
        assert rows["total_count"] == len(rows["order_sn_list"])
        return set(_numbers(rows["order_sn_list"]))

    assert found() == everything
    assert found(order_status=2) == {shipped}
    assert found(order_status=1) == everything - {shipped}
    assert found(refund_status=4) == {refunded}
    assert found(is_lucky_flag=2) == {lottery}
    assert found(is_lucky_flag=1) == everything - {lottery}
    assert found(trade_type=1) == {deposit}
    assert found(trade_type=0) == everything - {deposit}


def test_missing_trade_type_can_mean_ordinary_orders(make):
    client = Client(make(missing_trade_type_is_all=False))
    client.sim.platform.create_order(step_status=2)
    assert client.deals(NOON - 60, NOON)["total_count"] == 0
    assert client.deals(NOON - 60, NOON, trade_type=1)["total_count"] == 1


def test_deals_are_found_by_deal_time(sim, client):
    number = _make_orders(sim, 1)[0]
    sim.clock.advance(5000)
    sim.platform.event(number, "ship")
    assert client.deals(NOON - 1000, NOON - 1000)["total_count"] == 1
    assert client.deals(NOON - 999, NOON + 5000)["total_count"] == 0


def test_only_deals_of_ninety_days_are_served(sim, client):
    old = sim.platform.create_order(at=NOON - 90 * 86400 - 1)
    young = sim.platform.create_order(at=NOON - 90 * 86400)
    for order in (old, young):
        sim.platform.event(order.order_sn, "memo")
    found = client.increment(NOON - 60, NOON)
    assert _numbers(found["order_sn_list"]) == [young.order_sn]
    assert found["total_count"] == 1
    error = client.refusal("pdd.order.information.get", order_sn=old.order_sn)
    assert error["sub_code"] == "45001"


def test_a_page_touches_only_its_own_rows(make):
    sim = make(orders=3000, days=0.02)
    shelf = sim.shops[0].order_shelf
    served = []

    class Watched(dict):
        def __getitem__(self, key):
            served.append(key)
            return dict.__getitem__(self, key)

    shelf.rows = Watched(shelf.rows)
    client = Client(sim)
    found = client.increment(NOON - 1800, NOON, page=3, page_size=20)
    assert found["total_count"] == 3000
    assert len(served) == 20


def test_loaded_window_can_be_read_completely(make):
    sim = make(orders=700, days=0.02)
    client = Client(sim)
    pages = range(1, 9)
    rows = [
        number
        for page in pages
        for number in _numbers(
            client.increment(NOON - 1800, NOON, page=page)["order_sn_list"]
        )
    ]
    assert len(rows) == len(set(rows)) == 700
    assert set(rows) == set(sim.shops[0].orders)


def test_a_kept_row_is_made_anew_when_the_order_changes(sim, client):
    order = sim.platform.create_order()
    window = (NOON - 9, NOON + 9)
    first = client.increment(*window)["order_sn_list"]
    assert client.increment(*window)["order_sn_list"] == first
    order.lines[0].count = 3
    line = client.increment(*window)["order_sn_list"][0]["item_list"][0]
    assert line["goods_count"] == 3
    order.remark = "改"
    assert client.increment(*window)["order_sn_list"][0]["remark"] == "改"
    sim.platform.settings.without_index_share = 1.0
    sim.platform.event(order.order_sn, "refund_request")
    row = client.increment(*window)["order_sn_list"][0]
    assert (row["remark"], row["refund_status"]) == ("改", 2)
    assert not row["receiver_address"].endswith("~~")


def test_twenty_thousand_orders_and_their_rows_fit_into_memory(make):
    sim = make(orders=20_000, days=0.5).prepare()
    texts = [order.text[1] for order in sim.shops[0].orders.values()]
    assert sum(map(len, texts)) < 80_000_000
    total = Client(sim).increment(NOON - 1800, NOON)["total_count"]
    assert total > 500
