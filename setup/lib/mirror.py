# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The Debian mirror this machine already uses, read from its apt sources."""

import os
import re
from pathlib import Path

APT = Path("/etc/apt")


def candidates(folder=APT):
    """Return the addresses that serve Debian's main archive, best first.

    ``DEBIAN_MIRROR`` in the environment goes before all.
    """
    found = [os.environ["DEBIAN_MIRROR"]] if os.environ.get("DEBIAN_MIRROR") else []
    for entry in _entries(Path(folder)):
        if _serves_main(entry) and entry["uri"] not in found:
            found.append(entry["uri"])
    return found


def _serves_main(entry):
    """Tell whether an entry is the archive itself, not its security or local cousins."""
    return (
        "main" in entry["components"]
        and re.match(r"(https?|file|mirror)[:+]", entry["uri"])
        and "security" not in entry["uri"]
        and not any("security" in suite for suite in entry["suites"])
    )


def _entries(folder):
    for path in sorted(folder.glob("sources.list.d/*.sources")):
        yield from _deb822(path.read_text())
    lists = [folder / "sources.list", *sorted(folder.glob("sources.list.d/*.list"))]
    for path in lists:
        if path.exists():
            yield from _one_line(path.read_text())


def _deb822(text):
    """Read stanzas of ``Key: values``; comments may stand between their lines."""
    text = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for stanza in re.split(r"\n\s*\n", text):
        fields, key = {}, None
        for line in stanza.splitlines():
            if line[:1].isspace() and key:
                fields[key] += " " + line.strip()
            elif ":" in line:
                key, _, value = line.partition(":")
                key = key.strip().lower()
                fields[key] = value.strip()
        types = fields.get("types", "").split()
        if "deb" not in types or fields.get("enabled") == "no":
            continue
        for uri in fields.get("uris", "").split():
            yield {
                "uri": uri.rstrip("/"),
                "suites": fields.get("suites", "").split(),
                "components": fields.get("components", "").split(),
            }


def _one_line(text):
    """Read lines of ``deb [options] URI suite component...``."""
    for line in text.splitlines():
        match = re.match(r"deb\s+(?:\[[^]]*\]\s*)?(\S+)\s+(\S+)\s*(.*)", line.strip())
        if match:
            uri, suite, components = match.groups()
            yield {
                "uri": uri.rstrip("/"),
                "suites": [suite],
                "components": components.split("#")[0].split(),
            }
