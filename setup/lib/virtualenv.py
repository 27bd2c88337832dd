# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The virtual environment ``.local/venv`` with the pinned Python packages."""

import hashlib
import shutil
import subprocess
import sys

from . import paths, processes, system
from .steps import Trouble

STAMP = paths.VENV / ".requirements"


def is_ready():
    """Tell whether the environment holds what requirements.txt asks for."""
    return STAMP.exists() and STAMP.read_text() == _wanted() and _works()


def ensure(note=None):
    """Make or renew the environment; does nothing when it is up to date."""
    if is_ready():
        return
    if not _works():
        _create()
    if note:
        note("installing the packages of setup/requirements.txt")
    processes.run(
        [
            *(paths.PYTHON, "-m", "pip", "install", "--quiet", "--no-compile"),
            *("--no-warn-script-location", "--requirement", paths.REQUIREMENTS),
        ],
        why="pip could not install the packages of setup/requirements.txt",
        advice="check that pip reaches its package index (pip config list), then call "
        "this again; it continues where it stopped.",
        log=paths.RUN / "pip.log",
    )
    STAMP.write_text(_wanted())


def _create():
    try:
        import ensurepip  # noqa: F401, PLC0415 Debian ships it apart
    except ImportError:
        system.need("start")
    if paths.VENV.exists():
        shutil.rmtree(paths.VENV)
    processes.run(
        [sys.executable, "-m", "venv", paths.VENV],
        why=f"Could not make a virtual environment with {sys.executable}",
        advice="check that its venv module works (Debian: apt-get install python3-venv).",
    )


def _works():
    if not paths.PYTHON.exists():
        return False
    try:
        done = subprocess.run(
            [paths.PYTHON, "-m", "pip", "--version"], capture_output=True, check=False
        )
    except OSError as error:
        raise Trouble(
            str(error), f"delete {paths.VENV} and call this again."
        ) from error
    return done.returncode == 0


def _wanted():
    text = paths.REQUIREMENTS.read_bytes() + sys.version.encode()
    return hashlib.sha256(text).hexdigest()
