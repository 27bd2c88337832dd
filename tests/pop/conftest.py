# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of ``pdd_connector/pop`` without Odoo.

Importing ``pdd_connector`` would import Odoo, so the package ``pop`` is loaded from
its folder under a name of its own: ``from pdd_pop import sign``. They need no
database: ``pytest -p no:odoo tests/pop`` runs them alone.
"""

import importlib.util
import json
import sys
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

from .scripted_gateway import ScriptedGateway

ROOT = Path(__file__).parents[2]
POP = ROOT / "pdd_connector" / "pop"
PAYLOADS = Path(__file__).parent / "payloads"

# the same examples in each run, no stop-watch, no traces outside .local
set_hypothesis_home_dir(ROOT / ".local" / "cache" / "hypothesis")
settings.register_profile("pop", deadline=None, derandomize=True, database=None)
settings.load_profile("pop")


def _load_pop():
    spec = importlib.util.spec_from_file_location(
        "pdd_pop", POP / "__init__.py", submodule_search_locations=[str(POP)]
    )
    sys.modules["pdd_pop"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules["pdd_pop"])


_load_pop()


@pytest.fixture
def payload():
    """Return a function from the name of a file in ``payloads`` to its content."""
    return lambda name: json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))


@pytest.fixture
def gateway(monkeypatch):
    """Return a gateway on this machine that answers what the test tells it."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ScriptedGateway() as running:
        yield running
