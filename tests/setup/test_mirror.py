# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which Debian mirror Odoo is fetched from, by this machine's apt sources."""

import pytest

from lib import mirror

DEB822 = """
# comment
Types: deb deb-src
URIs: http://deb.example.com/debian
# comment inside
Suites: trixie trixie-updates
Components: main contrib

Types: deb
URIs: http://deb.example.com/debian-security
Suites: trixie-security
Components: main

Enabled: no
Types: deb
URIs: http://off.example.com/debian
Suites: sid
Components: main
"""
ONE_LINE = """
# deb http://comment.example.com/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] http://old.example.com/debian bookworm main
deb http://apt.example.com/tools stable contrib
deb-src http://src.example.com/debian bookworm main
"""


@pytest.fixture
def apt(tmp_path, monkeypatch):
    monkeypatch.delenv("DEBIAN_MIRROR", raising=False)
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d/debian.sources").write_text(DEB822)
    (tmp_path / "sources.list").write_text(ONE_LINE)
    return tmp_path


def test_only_the_archive_itself_counts(apt):
    assert mirror.candidates(apt) == [
        "http://deb.example.com/debian",
        "http://old.example.com/debian",
    ]


def test_the_environment_goes_first(apt, monkeypatch):
    monkeypatch.setenv("DEBIAN_MIRROR", "http://near.example.com/debian")
    assert mirror.candidates(apt)[0] == "http://near.example.com/debian"
