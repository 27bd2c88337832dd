# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Command line of the simulator: ``python -m tests.simulator --port 0 --seed 7``."""

import argparse
import signal
import sys
import threading

from .server import GOODS_PER_SHOP, Simulator
from .settings import Settings

#: Seconds until lists show a change when run as a command.
COMMAND_LIST_LAG = 3.0


def parse_arguments(words=None):
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulator",
        description="A Pinduoduo Open Platform for one machine.",
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on")
    add("--port", type=int, default=0, help="0 picks a free port")
    add("--seed", type=int, default=7, help="makes everything reproducible")
    add("--shops", type=int, default=2, help="number of shops")
    add("--goods", type=int, default=GOODS_PER_SHOP, help="goods of each shop")
    add("--orders", type=int, default=500, help="orders to begin with, in all shops")
    add("--days", type=float, default=3, help="how far back those orders reach")
    add("--live", type=float, default=0, help="new orders per hour while running")
    add("--list-lag", type=float, default=COMMAND_LIST_LAG, help="seconds")
    add("--state", metavar="FILE", help="go on from this file; save to it at the end")
    add("--verbose", action="store_true", help="log every request")
    return parser.parse_args(words)


def main():
    """Run until SIGTERM or SIGINT."""
    options = parse_arguments()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_signal: stopped.set())
    try:
        simulator = make_simulator(options)
    except ValueError as error:
        sys.exit(f"{error}; delete it to begin anew")
    with simulator.prepare():
        sys.stdout.write(f"simulator ready {simulator.url}\n")
        sys.stdout.flush()
        stopped.wait()


def make_simulator(options):
    """Return what the command line asks for.

    :raise ValueError: the saved state cannot be used
    """
    return Simulator(
        seed=options.seed,
        shops=options.shops,
        orders=options.orders,
        days=options.days,
        settings=Settings(list_lag=options.list_lag),
        goods=options.goods,
        live=options.live,
        host=options.host,
        port=options.port,
        state_file=options.state,
        verbose=options.verbose,
    )


if __name__ == "__main__":
    main()
