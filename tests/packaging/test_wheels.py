# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Each add-on builds as a pip package that holds all it needs."""

import ast
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ADDONS = sorted(path.parent for path in ROOT.glob("pdd_connector*/__manifest__.py"))
KEPT_FOLDERS = ("static", "i18n", "migrations")


@pytest.fixture(scope="module", params=ADDONS, ids=lambda addon: addon.name)
def addon(request):
    return request.param


@pytest.fixture(scope="module")
def wheel(addon, tmp_path_factory):
    """Build without network: the build tool is in the environment already."""
    target = tmp_path_factory.mktemp("wheels")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
    done = subprocess.run(
        [*command, "--outdir", str(target), str(addon)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = target.glob("*.whl")
    return path


def manifest(addon):
    return ast.literal_eval((addon / "__manifest__.py").read_text())


def test_name_is_the_one_pip_users_expect(addon, wheel):
    assert wheel.name.startswith(f"odoo_addon_{addon.name}-")


def test_every_file_of_the_manifest_is_inside(addon, wheel):
    content = manifest(addon)
    listed = {*content.get("data", []), *content.get("demo", [])}
    assert not _missing(addon, wheel, listed)


def test_pictures_and_translations_are_inside(addon, wheel):
    kept = {
        str(path.relative_to(addon))
        for folder in KEPT_FOLDERS
        for path in (addon / folder).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert not _missing(addon, wheel, kept)


def test_every_python_file_is_inside(addon, wheel):
    code = {str(path.relative_to(addon)) for path in addon.rglob("*.py")}
    assert not _missing(addon, wheel, code)


def test_dependencies_are_declared(addon, wheel):
    wanted = manifest(addon).get("external_dependencies", {}).get("python", [])
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        metadata = archive.read(name).decode()
    for requirement in [*wanted, "odoo"]:
        assert f"Requires-Dist: {requirement}" in metadata


def _missing(addon, wheel, names):
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    return {name for name in names if f"odoo/addons/{addon.name}/{name}" not in inside}
