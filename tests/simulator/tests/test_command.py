# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The command line: ready line, quiet end, state that survives, life goes on."""

import os
import pickle
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from tests.simulator import Simulator, store
from tests.simulator.loading import Loader
from tests.simulator.people import make_receiver

ROOT = Path(__file__).parents[3]
READY = re.compile(r"simulator ready (http://127\.0\.0\.1:\d+)\n")


class Command:
    """A running ``python -m tests.simulator``."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.simulator", "--port", "0", *arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": ""},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        found = READY.fullmatch(line)
        assert found, (line, self.process.stderr.read())
        self.url = found[1]

    def get(self, path):
        return requests.get(f"{self.url}/_sim/{path}", timeout=20).json()

    def end(self, number=signal.SIGTERM):
        """Send a signal and return ``(exit code, what was still printed)``."""
        self.process.send_signal(number)
        output, errors = self.process.communicate(timeout=30)
        return self.process.returncode, output + errors


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ready_and_a_quiet_end(number):
    command = Command("--seed", "7", "--orders", "20", "--shops", "1")
    shops = command.get("shops")
    assert len(shops) == 1
    assert len(command.get("orders")) == 20
    assert command.end(number) == (0, "")


def test_requests_are_logged_only_on_demand():
    command = Command("--orders", "0", "--verbose")
    command.get("shops")
    code, output = command.end()
    assert code == 0
    assert "/_sim/shops" in output


def test_state_survives(tmp_path):
    path = tmp_path / "state"
    command = Command("--orders", "30", "--state", str(path))
    before = command.get("orders"), command.get("shops"), command.get("goods")
    assert command.end()[0] == 0
    command = Command("--seed", "99", "--orders", "5", "--state", str(path))
    assert (command.get("orders"), command.get("shops"), command.get("goods")) == before
    assert command.end()[0] == 0


def test_state_of_another_version_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "state"
    store.save(Simulator().platform, path)
    monkeypatch.setattr(store, "FORMAT", store.FORMAT + 1)
    with pytest.raises(ValueError, match="another version"):
        Simulator(state_file=path)
    path.write_bytes(pickle.dumps((1, "as once")))
    process = subprocess.run(
        [sys.executable, "-m", "tests.simulator", "--state", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert process.returncode == 1 and "Traceback" not in process.stderr
    assert "another version" in process.stderr and "delete it" in process.stderr


def test_orders_arrive_and_move_on_while_live(make):
    sim = make(orders=50, days=2)
    platform = sim.platform
    platform.planner.active = True
    loader = Loader(platform)
    numbers = loader.load(sim.shops[0].mall_id, 60, *[sim.clock.now()] * 2, lived=True)
    for number in numbers:
        order = platform.find_order(number)
        if order.refund_status == 1 and not order.risk and order.step_status != 1:
            platform.event(number, "ship")
    for _day in range(5):
        sim.clock.advance(86400)
        platform.settle()
    states = [platform.find_order(number).order_status for number in numbers]
    assert states.count(3) > 40
    unshipped = [n for n, state in zip(numbers, states, strict=True) if state == 1]
    assert not any(platform.find_order(n).risk for n in unshipped)


def test_live_option_brings_new_orders():
    command = Command("--orders", "0", "--live", "36000")
    deadline = time.monotonic() + 30
    while not (orders := command.get("orders")) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert orders
    assert command.end()[0] == 0


def test_past_is_realistic(make):
    sim = make(orders=800, days=3)
    orders = list(sim.shops[0].orders.values())
    now = sim.clock.now()
    old = [order for order in orders if order.confirmed < now - 2 * 86400]
    young = [order for order in orders if order.confirmed > now - 3 * 3600]
    assert sum(order.order_status > 1 for order in old) > 0.8 * len(old)
    assert not [order for order in young if order.order_status > 1]
    assert any(order.risk for order in orders)
    assert any(order.refund_status == 2 for order in orders)
    assert any(order.refund_status == 4 for order in orders)
    assert all(order.updated <= now for order in orders)
    assert all(order.updated >= order.confirmed - 1 for order in orders)


def test_receivers_do_not_change_between_runs():
    person = make_receiver(5)
    assert (person.name, person.key) == (make_receiver(5).name, make_receiver(5).key)
    assert person.key != make_receiver(6).key
