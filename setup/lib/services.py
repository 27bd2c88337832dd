# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The two lasting processes of the demo beside PostgreSQL: simulator and Odoo."""

import json
import re
import socket
import time
import urllib.error
import urllib.request

from . import databases, paths, postgres, processes, server
from .steps import Trouble

NAMES = ("odoo", "simulator")
ODOO_PORT = 8069
SIMULATOR_PORT = 8068
SIMULATOR_STATE = paths.RUN / "simulator.json"
PATIENCE = 60  # seconds a service may take to answer


def ensure_simulator():
    """Start the simulator unless it runs.

    :return str: its address
    """
    url = _url("simulator")
    if url:
        return url
    process = processes.spawn(
        "simulator",
        [
            *(paths.PYTHON, "-m", "tests.simulator"),
            *("--port", _free_port(SIMULATOR_PORT), "--seed", 7, "--shops", 2),
            *("--orders", 500, "--days", 3, "--live", 180, "--state", SIMULATOR_STATE),
        ],
    )
    log = paths.RUN / "simulator.log"
    return _wait(
        "simulator",
        process,
        lambda: re.search(r"^simulator ready (\S+)", log.read_text(), re.M),
        lambda match: match.group(1),
    )


def ensure_odoo():
    """Start Odoo on the demo database unless it runs.

    :return str: its address
    """
    url = odoo_url()
    if url:
        return url
    port = _free_port(ODOO_PORT)
    config = server.write_config(
        "odoo",
        db_name=databases.DEMO,
        dbfilter=f"^{databases.DEMO}$",
        http_port=port,
    )
    url = f"http://127.0.0.1:{port}"
    _write_address(url)
    process = processes.spawn(
        "odoo", server.command("--config", config), env=server.environment()
    )
    return _wait("odoo", process, lambda: _answers(f"{url}/web/health"), lambda _: url)


def _write_address(url):
    """Let the database know under which address it is served: shops show it.

    Odoo itself learns it when an administrator logs in, and until then guesses 8069.
    """
    postgres.psql(
        "INSERT INTO ir_config_parameter (key, value) "
        f"VALUES ('web.base.url', '{url}') "
        "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        databases.DEMO,
    )


def odoo_url():
    """Return the address of the running Odoo, or None."""
    return _url("odoo")


def stop():
    """End both.

    :return list: the names of those that ran
    """
    ended = [name for name in NAMES if processes.stop(name)]
    for name in NAMES:
        _url_file(name).unlink(missing_ok=True)
    return ended


def stop_odoo():
    processes.stop("odoo")


def get_json(url):
    """Return the JSON document at an address of this machine."""
    with _open(url) as answer:
        return json.load(answer)


def get_file(url):
    """Return name and content of a download from an address of this machine."""
    with _open(url) as answer:
        return answer.headers.get_filename(), answer.read()


def post_json(url, body):
    """Send a JSON document to an address of this machine; return its answer."""
    data = json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with _open(request) as answer:
        return json.load(answer)


def _wait(name, process, probe, result):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        found = probe()
        if found:
            url = result(found)
            _url_file(name).write_text(url)
            return url
        time.sleep(0.1)
    why = (
        "ended at once" if process.poll() is not None else f"is silent for {PATIENCE} s"
    )
    tail = processes.log_tail(name)
    processes.stop(name)
    raise Trouble(
        f"{name} {why}:\n{tail}",
        f"read {paths.RUN / name}.log; setup/demo reset starts anew.",
    )


def _url(name):
    if processes.running(name) and _url_file(name).exists():
        return _url_file(name).read_text()
    return None


def _url_file(name):
    return paths.RUN / f"{name}.url"


def _answers(url):
    try:
        with _open(url) as answer:
            return answer.status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _open(url):
    """Open an address of this machine, past any proxy that is set."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    return opener.open(url, timeout=20)


def _free_port(wanted):
    """Return the wanted port, or any free one when it is taken."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise Trouble("No free port on 127.0.0.1.")
