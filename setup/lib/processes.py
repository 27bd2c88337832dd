# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Start, watch and end processes; nothing that was started here outlives its command."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from concurrent import futures

from . import paths
from .steps import Trouble


class Interrupted(BaseException):
    """Ctrl-C, or the command itself was asked to end."""

    def __init__(self, number):
        super().__init__(signal.Signals(number).name)
        self.number = number


WAKE_UP = 0.5  # seconds
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_side_groups = set()  # process groups that threads beside the main one wait for
_ended_by = []  # the signal that ends this command, once it came


def raise_on_signals():
    """Turn the ending signals into an exception, so that every ``finally`` runs.

    Only the main thread gets it: what other threads wait for is ended here.
    """

    def interrupt(number, _frame):
        for each in ENDING:  # one is enough: let the cleaning finish
            signal.signal(each, signal.SIG_IGN)
        _ended_by.append(number)
        for pid in list(_side_groups):
            _signal_group(pid, signal.SIGTERM)
        raise Interrupted(number)

    for number in ENDING:
        signal.signal(number, interrupt)


def environment(**extra):
    """Return the environment for our children: caches stay inside the checkout."""
    env = dict(os.environ)
    env.update(
        PIP_CACHE_DIR=str(paths.CACHE / "pip"),
        PIP_DISABLE_PIP_VERSION_CHECK="1",
        PYTHONPYCACHEPREFIX=str(paths.CACHE / "pycache"),
        XDG_CACHE_HOME=str(paths.CACHE / "xdg"),
        XDG_CONFIG_HOME=str(paths.CACHE / "xdg-config"),
    )
    for name in ("PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE"):
        env.pop(name, None)
    env.update({key: str(value) for key, value in extra.items()})
    return env


def run(args, *, why, advice="", log=None, **options):
    """Run a program to its end; on failure raise Trouble with the tail of what it said.

    :param str why: the sentence that says what could not be done
    :param log: file that receives the output, else it is kept in memory
    :return str: the output
    """
    options.setdefault("env", environment())
    options.setdefault("cwd", paths.ROOT)
    text = options.pop("input", None)
    process = subprocess.Popen(
        [str(arg) for arg in args],
        stdin=subprocess.PIPE if text is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        **options,
    )
    try:
        with _beside_main(process.pid):
            output = _communicate(process, text)
    except BaseException:
        end_group(process.pid, 5)
        raise
    if log:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(output)
    if process.returncode:
        tail = "\n".join("    " + line for line in output.strip().splitlines()[-15:])
        where = f"\n    (all of it: {log})" if log else ""
        raise Trouble(f"{why} (exit code {process.returncode}):\n{tail}{where}", advice)
    return output


def result(future):
    """Return what a side thread came to, open to signals meanwhile.

    A signal may be handed to any thread, and then a main thread that waits without a
    break never hears of it.
    """
    while True:
        try:
            return future.result(timeout=WAKE_UP)
        except futures.TimeoutError:
            if future.done():  # it was the thread's own
                raise


def _communicate(process, text):
    """Return all that a program says, open to signals meanwhile."""
    while True:
        try:
            return process.communicate(text, timeout=WAKE_UP)[0]
        except subprocess.TimeoutExpired:
            text = None  # it was handed over


@contextlib.contextmanager
def _beside_main(pid):
    """Let the signals' handler end a process that a side thread waits for.

    :raise Interrupted: the command is being ended, so the thread is as well
    """
    if threading.current_thread() is threading.main_thread():
        yield
        return
    _side_groups.add(pid)
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)  # they are for the main thread
    try:
        if not _ended_by:
            yield
        if _ended_by:
            raise Interrupted(_ended_by[0])
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        _side_groups.discard(pid)


def spawn(name, args, **options):
    """Start a lasting process in a session of its own, remembered in ``NAME.pid``.

    Its output goes to ``NAME.log``.
    """
    paths.RUN.mkdir(parents=True, exist_ok=True)
    options.setdefault("env", environment())
    options.setdefault("cwd", paths.ROOT)
    with (paths.RUN / f"{name}.log").open("w") as log:
        process = subprocess.Popen(
            [str(arg) for arg in args],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **options,
        )
    pid_file(name).write_text(f"{process.pid} {_born(process.pid)}")
    return process


def running(name):
    """Return the process id behind ``NAME.pid`` if that very process still runs."""
    try:
        pid, born = pid_file(name).read_text().split()
    except (FileNotFoundError, ValueError):
        return None
    return int(pid) if _born(pid) == born else None


def stop(name, patience=15):
    """End the process group behind ``NAME.pid``.

    :return bool: whether there was one
    """
    pid = running(name)
    if pid:
        end_group(pid, patience)
    pid_file(name).unlink(missing_ok=True)
    return bool(pid)


def end_group(pid, patience=15):
    """Ask a process group to end; after ``patience`` seconds make it."""
    for number, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 5)):
        if not _signal_group(pid, number):
            return
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not _group_alive(pid):
                return
            time.sleep(0.05)


def _signal_group(pid, number):
    """Return whether there was such a group."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return False
    return True


def pid_file(name):
    return paths.RUN / f"{name}.pid"


def log_tail(name, lines=15):
    """Return the last lines of ``NAME.log``, indented for an error message."""
    path = paths.RUN / f"{name}.log"
    text = path.read_text(errors="replace") if path.exists() else ""
    return "\n".join("    " + line for line in text.splitlines()[-lines:])


def _group_alive(pgid):
    """Tell whether a member of the group still runs (a zombie does not)."""
    try:
        while os.waitpid(-pgid, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            stat = _stat(entry)
            if stat and int(stat[2]) == pgid and stat[0] not in "ZX":
                return True
    return False


def _born(pid):
    """Return the start time of a process, its proof of identity; "" when gone."""
    stat = _stat(pid)
    return stat[19] if stat and stat[0] not in "ZX" else ""


def _stat(pid):
    """Return the fields of /proc/PID/stat from the state on, or None."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return None
