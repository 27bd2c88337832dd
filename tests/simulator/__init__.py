# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""A strict stand-in of the Pinduoduo Open Platform over real HTTP.

Written from the API notes alone. ``python -m tests.simulator --help`` tells how to
run it; tests use :class:`Simulator` in their own process.
"""

from .server import Simulator
from .settings import Settings

__all__ = ["Settings", "Simulator"]
