# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo itself: its configuration, its command line, scripts inside its environment."""

import os

from . import odoo_tree, paths, postgres, processes


def write_config(name, **options):
    """Write ``.local/run/NAME.conf``.

    :return Path: the file
    """
    settings = {
        **postgres.connection(),
        "addons_path": ",".join(odoo_tree.addons_path()),
        "data_dir": paths.FILESTORE,
        "http_interface": "127.0.0.1",
        "list_db": False,
        "without_demo": True,
        "workers": 0,
        "max_cron_threads": 2,
        **options,
    }
    if os.environ.get("PGPASSWORD"):
        settings["db_password"] = os.environ["PGPASSWORD"]
    path = paths.RUN / f"{name}.conf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    lines = [f"{key} = {value}\n" for key, value in settings.items() if value != ""]
    path.write_text("[options]\n" + "".join(lines))
    return path


def command(*args):
    """Return the command line of an Odoo process."""
    return [paths.PYTHON, "-m", "odoo", *args]


def environment(**extra):
    """Return the environment of an Odoo process: database tools on its PATH."""
    path = f"{postgres.binary('psql').parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return processes.environment(PATH=path, **postgres.environment(), **extra)


def script(name, database, *args, why, advice=""):
    """Run ``setup/inside/NAME.py CONFIG DATABASE [args]`` with Odoo's interpreter.

    :return str: what it printed, Odoo's log included
    """
    config = write_config(f"{name}-{os.getpid()}", db_name=database)
    try:
        return processes.run(
            [paths.PYTHON, paths.SETUP / "inside" / f"{name}.py", config, database]
            + list(args),
            why=why,
            advice=advice,
            log=paths.RUN / f"{name}.log",
            env=environment(PYTHONPATH=paths.ROOT),
        )
    finally:
        config.unlink(missing_ok=True)
