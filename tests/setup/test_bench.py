# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which groups are measured, and how their figures come together in one file."""

import json

import pytest

from lib import bench
from lib.steps import Trouble


def test_figures_of_other_groups_stay_in_the_file(tmp_path):
    path = tmp_path / "figures.json"
    bench._add_to(path, "orders", {"ours_per_s": 1.0})
    bench._add_to(path, "stock", {"skus": 2})
    bench._add_to(path, "orders", {"ours_per_s": 3.0})
    assert json.loads(path.read_text()) == {
        "orders": {"ours_per_s": 3.0},
        "stock": {"skus": 2},
    }


@pytest.mark.parametrize("text", ["no JSON", "[]", "3"])
def test_a_file_of_something_else_is_left_alone(tmp_path, text):
    path = tmp_path / "letter.txt"
    path.write_text(text)
    with pytest.raises(Trouble):
        bench._add_to(path, "orders", {})
    assert path.read_text() == text


def test_groups_are_those_with_a_module(tmp_path, monkeypatch):
    monkeypatch.setattr(bench, "FOLDER", tmp_path)
    for name in ("orders", "finance"):
        (tmp_path / f"{name}.py").touch()
    assert bench._groups([]) == ["orders", "finance"]
    assert bench._groups(["finance", "orders", "finance"]) == ["finance", "orders"]
    with pytest.raises(Trouble, match="stock"):
        bench._groups(["stock"])
