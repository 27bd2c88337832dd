# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Debian packages: look first, install only as root, else say which are missing."""

import os
import shutil
from pathlib import Path

from . import paths, processes
from .steps import Trouble, is_root


def packages(section):
    """Return (package, probe) pairs of one section of system-packages.txt."""
    found, current = [], None
    for line in paths.SYSTEM_PACKAGES.read_text().splitlines():
        line = line.split("#")[0].strip()
        if line.startswith("["):
            current = line.strip("[]")
        elif line and current == section:
            package, probe = line.split()
            found.append((package, probe))
    return found


def missing(section):
    """Return the packages of a section whose probe (a file or a command) finds nothing."""
    return [package for package, probe in packages(section) if not _probe(probe)]


def need(section, *, note=None):
    """Make sure that a section's packages are there.

    :raise Trouble: they are missing and cannot be installed
    """
    names = missing(section)
    if not names:
        return
    by_hand = f"apt-get install {' '.join(names)}"
    if not is_root():
        raise Trouble(
            f"Missing Debian packages: {' '.join(names)}",
            f"ask for them as root: {by_hand}",
        )
    if not shutil.which("apt-get"):
        raise Trouble(
            f"Missing: {' '.join(names)}, and there is no apt-get to install them.",
            "install what these Debian packages stand for, then call this again.",
        )
    if note:
        note(f"installing {' '.join(names)}")
    apt = ["apt-get", "-q", "-y", "-o", "Acquire::Retries=3"]
    env = processes.environment(DEBIAN_FRONTEND="noninteractive")
    why = f"Could not install {' '.join(names)}"
    log = paths.RUN / "apt.log"
    processes.run([*apt, "update"], why=why, advice=by_hand, log=log, env=env)
    processes.run(
        [*apt, "install", "--no-install-recommends", *names],
        why=why,
        advice=by_hand,
        log=log,
        env=env,
    )
    still = missing(section)
    if still:
        raise Trouble(f"{' '.join(still)}: installed, but not found where expected.")


def _probe(probe):
    if "/" in probe:
        root = Path("/")
        return any(root.glob(probe.lstrip("/")))
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/bin"])
    return shutil.which(probe, path=path) is not None
