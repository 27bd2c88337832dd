# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Databases: a template of the base modules, and what is cloned from it.

A database carries a JSON comment that says what is in it; it is written last, so a
database without one is half made and is made anew.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil

from . import odoo_tree, paths, postgres, server

HERE = hashlib.sha256(os.fsencode(paths.ROOT)).hexdigest()[:8]
DEMO = "pdd_demo"
BASE = f"pdd_base_{HERE}"
TESTED = f"pdd_tested_{HERE}"  # base plus our add-ons: what tests are cloned from
EXTRAS = f"pdd_extras_{HERE}"  # and modules that our add-ons work with, but without too
EXTRA_MODULES = ("mrp", "product_expiry", "stock_picking_batch")


def ensure_base(note=None):
    """Make the template with Odoo's own modules and the company, unless it is there."""
    wanted = {"base": _base_digest()}
    if facts(BASE) == wanted:
        return
    if note:
        note("the first time only: a database with Odoo's own modules, about a minute")
    drop(BASE)
    create_empty(BASE)
    with postgres.hasty():
        server.script("base", BASE, why="Odoo could not be installed in a new database")
    set_facts(BASE, wanted)


def ensure_tested(note=None):
    """Make the template that holds our add-ons as they are now, unless it is there."""
    ensure_base(note)
    wanted = {"base": _base_digest(), "addons": addon_digests()}
    if facts(TESTED) == wanted:
        return
    addons = paths.present_addons()
    if note:
        note(f"installing {', '.join(addons) or 'no add-on'} in a fresh database")
    clone(BASE, TESTED)
    with postgres.hasty():
        install(TESTED, *(f"+{name}" for name in addons))
        # else each browser test waits for the pages' scripts and styles to be built
        server.script("pages", TESTED, why="The pages could not be prepared")
    set_facts(TESTED, wanted)


def ensure_extras():
    """Make the template that also holds what our add-ons only work with.

    :return str: its name
    """
    wanted = {**facts(TESTED), "extras": EXTRA_MODULES}
    if facts(EXTRAS) != json.loads(json.dumps(wanted)):
        clone(TESTED, EXTRAS)
        with postgres.hasty():
            install(EXTRAS, *(f"+{name}" for name in EXTRA_MODULES))
        set_facts(EXTRAS, wanted)
    return EXTRAS


def install(name, *marks):
    """Install (+addon) and upgrade (^addon) in a database."""
    if marks:
        server.script(
            "modules",
            name,
            *marks,
            why="The add-ons could not be installed",
            advice="the lines above say which file is at fault.",
        )


def addon_digests():
    """Return {add-on: digest of its files}."""
    return {name: digest(paths.ROOT / name) for name in paths.present_addons()}


def digest(*places):
    """Return a digest over files and folders, names and contents."""
    result = hashlib.sha256()
    for place in places:
        files = sorted(place.rglob("*")) if place.is_dir() else [place]
        for path in files:
            if path.is_file() and "__pycache__" not in path.parts:
                result.update(f"{path.relative_to(place.parent)}\0".encode())
                result.update(path.read_bytes())
    return result.hexdigest()[:16]


def _base_digest():
    source = odoo_tree.STAMP.read_text() if odoo_tree.STAMP.exists() else ""
    if os.environ.get("ODOO_HOME"):
        source = str(odoo_tree.library())
    text = source + digest(paths.SETUP / "inside" / "base.py")
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def exists(name):
    return bool(postgres.psql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))


def names(prefix):
    """Return the databases whose name starts so."""
    query = f"SELECT datname FROM pg_database WHERE starts_with(datname, '{prefix}')"
    return postgres.psql(query).split()


def facts(name):
    """Return what the database says it holds; {} when it is absent or half made."""
    comment = postgres.psql(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database "
        f"WHERE datname = '{name}'"
    )
    return json.loads(comment) if comment.startswith("{") else {}


def set_facts(name, value):
    text = json.dumps(value).replace("'", "''")
    postgres.psql(f"COMMENT ON DATABASE \"{name}\" IS '{text}'")


def create_empty(name):
    postgres.psql(
        f"CREATE DATABASE \"{name}\" ENCODING 'UTF8' LC_COLLATE 'C' TEMPLATE template0"
    )


def drop(name):
    """Drop a database with its files; does nothing when there is none."""
    if exists(name):
        postgres.psql(f'DROP DATABASE "{name}" WITH (FORCE)')
    shutil.rmtree(filestore(name), ignore_errors=True)


def clone(source, name):
    """Make a database anew as a copy of another one, with an identity of its own."""
    drop(name)
    postgres.psql(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
    postgres.psql(
        "UPDATE ir_config_parameter SET value = gen_random_uuid()::text "
        "WHERE key IN ('database.uuid', 'database.secret')",
        name,
    )
    if filestore(source).exists():  # its files never change: links are enough
        shutil.copytree(filestore(source), filestore(name), copy_function=os.link)


def drop_leftovers(prefix):
    """Drop databases named PREFIX_PID whose process is gone."""
    for name in names(prefix):
        owner = name.removeprefix(f"{prefix}_").partition("-")[0]
        if not os.path.exists(f"/proc/{owner}"):
            drop(name)


def filestore(name):
    return paths.FILESTORE / "filestore" / name


@contextlib.contextmanager
def lock():
    """Keep two commands of this checkout from making the same thing at once."""
    paths.RUN.mkdir(parents=True, exist_ok=True)
    with (paths.RUN / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
