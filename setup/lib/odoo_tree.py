# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo 19's source: the tree ODOO_HOME names, or Debian's package unpacked locally.

Nothing is installed: the packages are fetched through apt with lists of their own
(signed by Debian's archive key, files checked by apt) and unpacked into one folder.
"""

import os
import re
import shutil
import sys
from pathlib import Path

from . import mirror, paths, processes, system
from .steps import Trouble

# Only unstable carries Odoo 19. The tree's web assets are relative links into the other
# packages; those come from the release whose file names they were made for.
PACKAGES = {
    "unstable": ("odoo-19", "fonts-montserrat"),
    "bookworm": (
        *("libjs-jquery", "libjs-underscore", "libjs-jquery-form"),
        *("fonts-font-awesome", "fonts-roboto-unhinted", "fonts-inconsolata"),
        *("fonts-ocr-b", "fonts-glyphicons-halflings"),
    ),
}
STAMP = paths.ODOO / ".complete"
PTH = "odoo-tree.pth"
# Two thirds of the tree are translations; the demo speaks Chinese and English
UNPACK = """
set -e
dpkg-deb --fsys-tarfile "$1" |
    tar -x -C "$2" --wildcards --exclude='*/i18n*/[!z]*.po' --exclude='./usr/share/doc'
"""
# Debian drops this file; its absence is an error in the browser console of each page
EMPTY_FILES = (
    "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js",
)


def library():
    """Return the folder that holds the ``odoo`` package."""
    home = os.environ.get("ODOO_HOME")
    if not home:
        return paths.ODOO / "usr/lib/python3/dist-packages"
    home = Path(home).expanduser().resolve()
    return home.parent if (home / "release.py").exists() else home


def addons_path():
    """Return the add-on folders, ours first."""
    folder = library()
    found = [paths.ROOT] if paths.present_addons() else []
    if (folder / "addons").is_dir():  # a source checkout
        found.append(folder / "addons")
    found.append(folder / "odoo" / "addons")
    return [str(path) for path in found]


def is_ready():
    """Tell whether the tree is there and the virtual environment finds it."""
    fetched = (library() / "odoo" / "release.py").exists()
    return fetched and _pth().exists() and _pth().read_text() == _pth_text()


def fetch(note=None):
    """Download and unpack Odoo unless it is there."""
    if os.environ.get("ODOO_HOME"):
        _check_version()
    elif not STAMP.exists():
        system.need("odoo", note=note)
        _unpack(_download(note), note)


def link():
    """Let the virtual environment find the tree."""
    _pth().write_text(_pth_text())


def _pth():
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return paths.VENV / "lib" / version / "site-packages" / PTH


def _pth_text():
    return f"{library()}\n"


def _check_version():
    release = library() / "odoo" / "release.py"
    advice = (
        "point ODOO_HOME at an Odoo 19 source checkout or at the folder that holds the "
        "installed `odoo` package; or unset it, then Odoo is fetched."
    )
    if not release.exists():
        raise Trouble(f"ODOO_HOME={os.environ['ODOO_HOME']}: no Odoo there.", advice)
    version = re.search(r"version_info\s*=\s*\((\d+)", release.read_text())
    if not version or version.group(1) != "19":
        found = version.group(1) if version else "unknown"
        raise Trouble(f"ODOO_HOME holds version {found}, 19 is needed.", advice)


def _download(note):
    """Download the packages through apt.

    :return list: the .deb files
    """
    mirrors = mirror.candidates()
    if not mirrors:
        raise Trouble(
            "This machine's apt sources name no Debian mirror.",
            "set DEBIAN_MIRROR to one, or ODOO_HOME to an Odoo 19 tree.",
        )
    failures = []
    for address in mirrors:
        if note:
            note(f"from {address}, 125 MB")
        try:
            return _download_from(address)
        except Trouble as trouble:
            failures.append(str(trouble))
    raise Trouble(
        "\n".join(failures),
        "check that apt-get update works here; or set DEBIAN_MIRROR to another "
        "mirror, or ODOO_HOME to an Odoo 19 tree.",
    )


def _download_from(address):
    apt = paths.CACHE / "apt"
    debs = paths.CACHE / "debs"
    for folder in (apt / "lists/partial", apt / "archives/partial", debs):
        folder.mkdir(parents=True, exist_ok=True)
    source = apt / "sources.list"
    entry = f"deb [signed-by={_keyring()}] {address}"
    source.write_text("".join(f"{entry} {suite} main\n" for suite in PACKAGES))
    options = {
        "Dir::Etc::SourceList": source,
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::Etc::Preferences": "/dev/null",
        "Dir::Etc::PreferencesParts": "/dev/null",
        "Dir::State::Lists": apt / "lists",
        "Dir::Cache": apt,
        "Dir::Cache::archives": apt / "archives",
        "Acquire::Languages": "none",
        "Acquire::Retries": 3,
        # as root apt would fetch as an account that cannot write here
        "APT::Sandbox::User": "root",
    }
    command = ["apt-get", "-q"]
    for name, value in options.items():
        command += ["-o", f"{name}={value}"]
    log = paths.RUN / "apt-odoo.log"
    processes.run([*command, "update"], why=f"No package lists from {address}", log=log)
    processes.run(
        [*command, "download", *(f"{name}/{suite}" for suite, name in _wanted())],
        why=f"Could not download Odoo from {address}",
        log=log,
        cwd=debs,
    )
    return [_newest(debs, name) for _suite, name in _wanted()]


def _wanted():
    return [(suite, name) for suite, names in PACKAGES.items() for name in names]


def _newest(folder, package):
    return max(folder.glob(f"{package}_*.deb"), key=lambda path: path.stat().st_mtime)


def _keyring():
    for name in ("debian-archive-keyring.gpg", "debian-archive-keyring.pgp"):
        path = Path("/usr/share/keyrings", name)
        if path.exists():
            return path
    raise Trouble(
        "No Debian archive keyring.", "apt-get install debian-archive-keyring"
    )


def _unpack(debs, note):
    """Unpack into a side folder and rename it, so that a half tree is never used."""
    partial = paths.LOCAL / "odoo.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for deb in debs:
        processes.run(
            ["sh", "-c", UNPACK, "sh", deb, partial],
            why=f"Could not unpack {deb.name}",
            advice=f"is the disk full? Else delete {deb} and call this again.",
        )
    for name in EMPTY_FILES:
        path = partial / "usr/lib/python3/dist-packages" / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    broken = _mend_links(partial)
    if broken and note:
        note(f"files that Odoo's package expects elsewhere (looks only): {broken}")
    (partial / STAMP.name).write_text("".join(f"{deb.name}\n" for deb in debs))
    shutil.rmtree(paths.ODOO, ignore_errors=True)
    partial.rename(paths.ODOO)


def _mend_links(tree):
    """Let absolute links point into the tree.

    :return list: names of links that lead nowhere
    """
    broken = []
    for path in tree.rglob("*"):
        if not path.is_symlink():
            continue
        target = os.readlink(path)
        if target.startswith("/usr/") and (tree / target[1:]).exists():
            path.unlink()
            path.symlink_to(os.path.relpath(tree / target[1:], path.parent))
        if not path.exists():
            broken.append(path.name)
    return broken
