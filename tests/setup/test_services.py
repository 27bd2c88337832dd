# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How the demo's Odoo learns under which address it is served."""

import socket

from lib import postgres, processes, server, services


def test_the_database_knows_the_port_before_odoo_reads_it(monkeypatch):
    happened = []
    monkeypatch.setattr(services, "odoo_url", lambda: None)
    monkeypatch.setattr(server, "write_config", lambda name, **options: "odoo.conf")
    monkeypatch.setattr(server, "environment", dict)
    monkeypatch.setattr(
        services, "_wait", lambda name, process, probe, result: result(1)
    )
    monkeypatch.setattr(
        postgres, "psql", lambda statement, database: happened.append(statement)
    )
    monkeypatch.setattr(
        processes, "spawn", lambda *args, **options: happened.append("started")
    )
    with socket.socket() as taken:  # another Odoo has the usual port
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setattr(services, "ODOO_PORT", taken.getsockname()[1])
        url = services.ensure_odoo()
        assert url != f"http://127.0.0.1:{services.ODOO_PORT}"
    statement, started = happened
    assert started == "started"
    assert f"'{url}'" in statement and "'web.base.url'" in statement
