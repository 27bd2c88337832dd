# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Paging misses no row while the list moves, and never runs for ever."""

import pdd_pop as pop
import pytest
from hypothesis import given
from hypothesis import strategies as st

INCREMENT = "pdd.order.number.list.increment.get"
REFUNDS = "pdd.refund.list.increment.get"
GOODS = "pdd.goods.list.get"


class MovingList:
    """A list as the platform pages it; ``change`` runs between the calls."""

    def __init__(self, rows, change=None):
        self.rows = list(rows)
        self.change = change
        self.calls = []

    def __call__(self, api_name, *, page, page_size, use_has_next=False, **params):
        if self.calls and self.change:
            self.change(self.rows)
        self.calls.append((page, use_has_next))
        end = page * page_size
        answer = {"rows": self.rows[end - page_size : end]}
        if use_has_next:
            return {**answer, "has_next": len(self.rows) > end}
        return {**answer, "total_count": len(self.rows)}


def backward(call, api_name=INCREMENT, **options):
    return list(pop.pages_backward(call, api_name, "rows", page_size=10, **options))


def forward(call, **options):
    return list(pop.pages_forward(call, GOODS, "rows", page_size=10, **options))


def recording(call):
    """Return a callable like ``call``, and the list of parameters it was given."""
    seen = []

    def recorded(api_name, **params):
        seen.append(params)
        return call(api_name, **params)

    return recorded, seen


def flat(pages):
    return [row for _, rows in pages for row in rows]


def test_a_window_of_one_page_needs_one_call():
    orders = MovingList(range(10))
    assert backward(orders) == [(1, list(range(10)))]
    assert orders.calls == [(1, False)]


def test_pages_come_from_the_last_to_the_first():
    orders = MovingList(range(25))
    assert [page for page, _ in backward(orders)] == [3, 2, 1]
    assert orders.calls == [(1, False), (3, True), (2, True), (1, False)]


def test_the_flag_goes_only_to_apis_that_know_it():
    call, seen = recording(MovingList(range(25)))
    backward(call, REFUNDS)
    assert not any("use_has_next" in params for params in seen)


def test_the_callers_parameters_go_with_each_call():
    call, seen = recording(MovingList(range(25)))
    backward(call, order_status=5)
    assert [params["order_status"] for params in seen] == [5, 5, 5, 5]


@given(st.integers(0, 60), st.lists(st.integers(0, 59), max_size=6))
def test_backwards_nothing_is_missed_while_changed_rows_leave_the_window(total, leave):
    leaving = list(leave)
    gone = set()

    def change(rows):
        if leaving and leaving[0] < len(rows):
            gone.add(rows.pop(leaving.pop(0)))

    found = flat(backward(MovingList(range(total), change)))
    assert set(found) >= set(range(total)) - gone


@given(st.integers(11, 60), st.data())
def test_backwards_a_row_that_jumps_to_the_front_before_it_is_read_is_found(
    total, data
):
    def change(rows):
        # as far as page 1, which is read last
        rows.insert(0, rows.pop(data.draw(st.integers(0, 9))))

    found = flat(backward(MovingList(range(total), change)))
    assert sorted(found) == list(range(total))


def test_a_row_that_comes_late_is_noticed_before_the_first_page_is_handed_out():
    orders = MovingList(range(25), change=lambda rows: rows.insert(12, 99))
    pages = pop.pages_backward(orders, INCREMENT, "rows", page_size=10)
    assert [next(pages)[0], next(pages)[0]] == [3, 2]
    with pytest.raises(pop.PagesMoved) as caught:
        next(pages)
    assert caught.value.total == 28


@pytest.mark.parametrize("total", [4, 24])
def test_a_page_that_holds_less_than_it_should_is_noticed(total):
    """Page 1 of the first window, page 2 of the second."""

    def call(name, *, page, page_size, **params):
        start = page * page_size - page_size
        rows = [{"sn": str(n)} for n in range(start, min(start + page_size, total))]
        short = rows[:3] if page == -(-total // page_size) - (total > 10) else rows
        return {"rows": short, "total_count": total}

    with pytest.raises(pop.PagesMoved):
        backward(call, key="sn")


def test_rows_that_come_twice_count_once():
    def call(name, *, page, page_size, **params):
        rows = [
            {"sn": n} for n in range(page * page_size - page_size, page * page_size)
        ]
        return {"rows": rows + rows, "total_count": 30}

    assert [page for page, _ in backward(call, key="sn")] == [3, 2, 1]
    assert [page for page, _ in forward(call, key="sn")] == [1, 2, 3]


def test_a_window_left_half_read_goes_on_with_its_next_page():
    orders = MovingList(range(45))
    assert [page for page, _ in backward(orders, first_page=3)] == [3, 2, 1]
    assert orders.calls == [(3, True), (2, True), (1, False)]


def test_a_walk_left_half_done_goes_on_with_its_next_page():
    goods = MovingList(range(25))
    assert [page for page, _ in forward(goods, first_page=2)] == [2, 3]


def test_a_window_that_is_too_large_is_refused_before_anything_is_read():
    orders = MovingList(range(25))
    with pytest.raises(pop.WindowTooLarge) as caught:
        backward(orders, limit=24)
    assert caught.value.total == 25
    assert len(orders.calls) == 1
    assert len(flat(backward(MovingList(range(25)), limit=25))) == 25


@pytest.mark.parametrize("rows", [None, [], [None]])
def test_null_stands_for_no_rows(rows):
    assert backward(lambda name, **params: {"rows": rows, "total_count": 0}) == [
        (1, [])
    ]
    assert forward(lambda name, **params: {"rows": rows, "total_count": 0}) == [(1, [])]


def test_a_last_page_that_emptied_meanwhile_is_no_error():
    orders = MovingList(range(11), change=lambda rows: rows[10:] and rows.pop())
    assert backward(orders) == [(2, []), (1, list(range(10)))]


@pytest.mark.parametrize(
    "answer",
    [
        {"rows": [1]},
        {"rows": [1], "total_count": None},
        {"rows": [1], "total_count": "many"},
        {"rows": [1], "total_count": 1.5},
        {"rows": [1], "total_count": True},
        {"rows": [1], "total_count": -1},
        {"rows": [1], "total_count": 10**12},
        {"rows": None, "total_count": 3},
        {"rows": {"order_sn": "1"}, "total_count": 1},
        {"rows": "none", "total_count": 1},
    ],
)
def test_an_answer_that_contradicts_itself_is_unexpected(answer):
    with pytest.raises(pop.PddUnexpectedAnswer) as caught:
        backward(lambda name, **params: answer)
    assert caught.value.api_name == INCREMENT


def test_a_total_may_be_text():
    assert backward(lambda name, **params: {"rows": [1], "total_count": "1"}) == [
        (1, [1])
    ]


@pytest.mark.parametrize("total", [0, 1, 9, 10, 11, 30])
def test_forwards_each_row_comes_once(total):
    goods = MovingList(range(total))
    assert flat(forward(goods)) == list(range(total))
    assert len(goods.calls) == max(1, -(-total // 10))


def test_forwards_a_list_that_grows_is_read_to_its_new_end():
    goods = MovingList(range(20), change=lambda rows: rows.append(len(rows)))
    assert flat(forward(goods))[:21] == list(range(21))


def test_forwards_a_list_that_shrinks_ends():
    goods = MovingList(range(40), change=lambda rows: rows.__delitem__(slice(-9, None)))
    assert [page for page, _ in forward(goods)] == [1, 2, 3]


def test_forwards_a_page_smaller_than_asked_for_does_not_end_the_list():
    def call(name, *, page, page_size):
        return {"rows": list(range(25))[page * 5 - 5 : page * 5], "total_count": 25}

    assert flat(forward(call)) == list(range(25))


def test_forwards_without_total_a_short_page_is_the_last():
    goods = MovingList(range(25))
    assert len(forward(goods, use_has_next=True)) == 3
    calls = []

    def call(name, *, page, page_size):
        calls.append(page)
        return {"rows": list(range(25))[page * 10 - 10 : page * 10]}

    assert flat(forward(call)) == list(range(25))
    assert calls == [1, 2, 3]


def test_forwards_a_server_that_repeats_its_page_is_stopped():
    with pytest.raises(pop.PddUnexpectedAnswer, match="page 2 repeats"):
        forward(lambda name, **params: {"rows": list(range(10)), "total_count": 99})


def test_forwards_a_list_without_end_is_stopped(monkeypatch):
    monkeypatch.setattr("pdd_pop.paging.MOST_PAGES", 5)
    with pytest.raises(pop.PddUnexpectedAnswer, match="more than 5 pages"):
        forward(lambda name, page, **params: {"rows": [page], "total_count": page + 1})
