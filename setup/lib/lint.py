# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``setup/lint [--fix]``: ruff, pylint-odoo, and the layout of XML, JavaScript, SCSS."""

import shutil
import subprocess

from . import databases, ground, paths, processes, system
from .steps import Steps, Trouble

NODE = paths.LOCAL / "node"
NODE_STAMP = NODE / ".installed"
PACKAGES = paths.SETUP / "lint-tools"
# A model may be spread over files, one idea each; README.rst is made from readme/.
NOT_OURS = ("consider-merging-classes-inherited", "missing-readme")
LAID_OUT = ("xml", "js", "scss", "css")  # by prettier


def main(arguments):
    if arguments not in ([], ["--fix"]):
        raise Trouble(f"Not understood: {' '.join(arguments)}", "setup/lint [--fix]")
    fix = bool(arguments)
    steps = Steps(2)
    with databases.lock():
        ground.ensure(steps)
        with steps.step("Formatter of XML, JavaScript and SCSS"):
            _ensure_prettier(steps.note)
    failed = [name for name, command in _linters(fix) if not _passes(name, command)]
    if failed:
        raise Trouble(
            f"Lint: {', '.join(failed)} found something.",
            "" if fix else "setup/lint --fix mends what is only layout.",
        )
    print("lint: nothing found")
    return 0


def _linters(fix):
    """Yield (name, command) of each linter."""
    run = (paths.PYTHON, "-m")
    yield "ruff check", [*run, "ruff", "check", *(["--fix"] if fix else []), "."]
    yield "ruff format", [*run, "ruff", "format", *([] if fix else ["--check"]), "."]
    addons = paths.present_addons()
    if addons:
        # enabling a group in the configuration file outweighs a name disabled there
        disabled = f"--disable={','.join(NOT_OURS)}"
        yield "pylint-odoo", [*run, "pylint", disabled, *addons]
    files = _files_to_lay_out(addons)
    if files:
        plugin = NODE / "node_modules/@prettier/plugin-xml/src/plugin.js"
        prettier = NODE / "node_modules/.bin/prettier"
        mode = "--write" if fix else "--check"
        yield (
            "prettier",
            [prettier, f"--plugin={plugin}", "--log-level=warn", mode, *files],
        )


def _files_to_lay_out(addons):
    return sorted(
        str(path.relative_to(paths.ROOT))
        for addon in addons
        for path in (paths.ROOT / addon).rglob("*.*")
        if path.suffix[1:] in LAID_OUT and "lib" not in path.parts
    )


def _passes(name, command):
    print(f"-- {name}", flush=True)
    done = subprocess.run(
        [str(part) for part in command],
        cwd=paths.ROOT,
        env=processes.environment(RUFF_CACHE_DIR=paths.CACHE / "ruff"),
        check=False,
    )
    return done.returncode == 0


def _ensure_prettier(note):
    """Install the formatter with npm in a folder of ours, as its lock file says."""
    wanted = databases.digest(PACKAGES)
    if NODE_STAMP.exists() and NODE_STAMP.read_text() == wanted:
        return
    system.need("lint", note=note)
    NODE.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PACKAGES / name, NODE / name)
    processes.run(
        ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        why="npm could not install the formatter of XML files",
        advice="check that npm reaches its registry (npm config get registry).",
        cwd=NODE,
        env=processes.environment(NPM_CONFIG_CACHE=paths.CACHE / "npm"),
        log=paths.RUN / "npm.log",
    )
    NODE_STAMP.write_text(wanted)
