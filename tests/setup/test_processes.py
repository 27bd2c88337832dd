# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Nothing that a command started outlives it, however it ends."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from lib import processes
from lib.steps import Trouble

from .conftest import SETUP

# A command as run.py makes them: it waits for a program, a side thread for another one
COMMAND = """
import sys, threading
sys.path.insert(0, {setup!r})
from concurrent.futures import ThreadPoolExecutor
from lib import processes

SLEEP = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"

def sleep(name):
    processes.run([sys.executable, "-c", {marker!r} + SLEEP], why=name)

processes.raise_on_signals()
try:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(sleep, "beside")
        print("started", flush=True)
        sleep("main")
except processes.Interrupted as interrupted:
    sys.exit(128 + interrupted.number)
"""


def _children(marker):
    """Return the command lines that hold a text of their own."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid():
            try:
                with open(f"/proc/{entry}/cmdline") as file:
                    command = file.read()
            except OSError:
                continue
            if marker in command and "processes.run" not in command:
                found.append(entry)
    return found


def _wait_for(count, marker):
    deadline = time.monotonic() + 20
    while len(_children(marker)) != count and time.monotonic() < deadline:
        time.sleep(0.05)
    return _children(marker)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_what_was_started_in_any_thread(number):
    marker = f"#{os.getpid()}-{number}\n"
    code = textwrap.dedent(COMMAND).format(setup=str(SETUP), marker=marker)
    command = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    )
    assert command.stdout.readline() == "started\n"
    assert len(_wait_for(2, marker)) == 2
    command.send_signal(number)
    assert command.wait(timeout=20) == 128 + number
    command.stdout.close()
    assert _children(marker) == []


def test_a_failing_program_is_trouble_with_what_it_said():
    code = "print('the disk is full'); raise SystemExit(3)"
    with pytest.raises(Trouble) as caught:
        processes.run([sys.executable, "-c", code], why="No luck", advice="buy one")
    text = str(caught.value)
    assert "No luck (exit code 3)" in text
    assert "the disk is full" in text
    assert "What to do: buy one" in text


def test_a_process_is_known_by_its_birth_not_by_its_number(tmp_path, monkeypatch):
    monkeypatch.setattr(processes.paths, "RUN", tmp_path)
    processes.spawn("sleeper", [sys.executable, "-c", "import time; time.sleep(60)"])
    pid = processes.running("sleeper")
    assert pid
    processes.pid_file("sleeper").write_text(f"{pid} 1")
    assert processes.running("sleeper") is None
    processes.end_group(pid)
    assert not processes.stop("sleeper")
