# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A PostgreSQL server: the one PGHOST names, or a cluster of our own in ``.local/pg``.

Ours listens on a private unix socket only (no network port), runs as an ordinary
account even when we are root, and is independent of any cluster of the machine.
"""

import contextlib
import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import paths, processes, system
from .steps import Trouble, is_root

ROLE = "odoo"
ACCOUNT = "postgres"  # who runs the server when we are root
SOCKET_LIMIT = 107 - len("/.s.PGSQL.5432.lock")  # bytes a socket path may have
KEEP = paths.RUN / "keep"  # present: the server stays when its last user leaves
USERS = paths.RUN / "postgres.users"  # locked by the commands that use the server
SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "jit": "off",  # compiling costs more than Odoo's short queries take
    "logging_collector": "off",
    "log_min_duration_statement": "-1",
}


def is_external():
    """Tell whether the environment names a server to use instead of ours."""
    return any(os.environ.get(name) for name in ("PGHOST", "PGPORT", "PGUSER"))


def connection():
    """Return what Odoo's configuration needs to connect: db_host, db_port, db_user."""
    if is_external():
        return {
            "db_host": os.environ.get("PGHOST") or "",
            "db_port": os.environ.get("PGPORT") or "",
            "db_user": os.environ.get("PGUSER") or pwd.getpwuid(os.geteuid()).pw_name,
        }
    return {"db_host": str(_socket_folder()), "db_port": "5432", "db_user": ROLE}


def environment():
    """Return the variables libpq's own tools need."""
    if is_external():
        return {}
    settings = connection()
    return {
        "PGHOST": settings["db_host"],
        "PGPORT": settings["db_port"],
        "PGUSER": settings["db_user"],
    }


def binary(name):
    """Return a program of the newest installed PostgreSQL."""
    found = list(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if found:
        return max(found, key=lambda path: float(path.parts[4]))
    on_path = shutil.which(name)
    if on_path:
        return Path(on_path)
    raise Trouble(f"PostgreSQL's {name} is missing.", "apt-get install postgresql")


@contextlib.contextmanager
def in_use():
    """Mark our server as used; when its last user leaves it stops, unless it is kept."""
    if is_external():
        yield
        return
    paths.RUN.mkdir(parents=True, exist_ok=True)
    with USERS.open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield
        finally:
            if not KEEP.exists():
                _stop_if_last(users)


def stop_unless_used():
    """Stop our cluster when no command of this checkout uses it.

    :return bool: whether it was stopped
    """
    paths.RUN.mkdir(parents=True, exist_ok=True)
    with USERS.open("w") as users:
        return _stop_if_last(users)


def start(note=None):
    """Start our cluster, made on first use; does nothing when it runs.

    The server that the environment names is only checked.
    """
    if is_external():
        _check_external()
        return
    if is_running():
        return
    system.need("postgres", note=note)
    if not (paths.PG / "PG_VERSION").exists():
        _create()
    _write_settings()
    socket = _socket_folder(create=True)
    as_server(
        [binary("pg_ctl"), "start", "-w", "-t", "60", "-D", paths.PG]
        + ["-l", paths.PG / "server.log", "-o", f"-k {socket}"],
        why="PostgreSQL did not start",
        advice=f"read {paths.PG / 'server.log'}; `setup/demo reset` and deleting "
        f"{paths.PG} start anew.",
    )
    _make_role()


def stop():
    """Stop our cluster.

    :return bool: whether it ran
    """
    if not is_running():
        return False
    as_server(
        [binary("pg_ctl"), "stop", "-w", "-m", "fast", "-D", paths.PG],
        why="PostgreSQL did not stop",
    )
    folder = _socket_folder()
    if paths.LOCAL not in folder.parents:
        shutil.rmtree(folder, ignore_errors=True)
    return True


def is_running():
    """Tell whether the process behind our cluster's pid file is a server."""
    try:
        pid = int((paths.PG / "postmaster.pid").read_text().split()[0])
        command = Path("/proc", str(pid), "cmdline").read_bytes()
    except (OSError, ValueError, IndexError):
        return False
    return str(paths.PG).encode() in command


def psql(statement, database="postgres"):
    """Run one SQL statement.

    :return str: its rows, one per line
    """
    return processes.run(
        [binary("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        + ["-d", database, "-c", statement],
        why="PostgreSQL refused",
        env=processes.environment(**environment()),
    ).strip()


@contextlib.contextmanager
def hasty():
    """Let our server not wait for the disk while a database is made that can be remade.

    Installing modules makes thousands of tables and indexes, each of them waited for.
    """
    if is_external():
        yield
        return
    _set_fsync("off")
    try:
        yield
    finally:
        _set_fsync("on")
        os.sync()  # what was written meanwhile


def _set_fsync(value):
    env = processes.environment(**{**environment(), "PGUSER": ACCOUNT})
    for statement in (f"ALTER SYSTEM SET fsync = {value}", "SELECT pg_reload_conf()"):
        processes.run(
            [binary("psql"), "-X", "-q", "-d", "postgres", "-c", statement],
            why="Could not change a setting of PostgreSQL",
            env=env,
        )


def _stop_if_last(users):
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False  # another command of this checkout still uses it
    return stop()


def _check_external():
    system.need("postgres-client")
    try:
        psql("SELECT 1")
    except Trouble as trouble:
        raise Trouble(
            str(trouble),
            "PGHOST, PGPORT or PGUSER is set, so that server is used: make it reachable "
            "for this account with the right to create databases, or unset them.",
        ) from trouble


def _create():
    shutil.rmtree(paths.PG, ignore_errors=True)
    paths.PG.mkdir(parents=True, mode=0o700)
    if is_root():
        os.chown(paths.PG, *account()[:2])
    as_server(
        [binary("initdb"), "-D", paths.PG, "-U", ACCOUNT, "-A", "trust"]
        + ["-E", "UTF8", "--locale=C.UTF-8", "--no-instructions"],
        why="Could not make a PostgreSQL cluster",
    )


def _write_settings():
    """Write our settings; the file is ours, so it is simply made anew."""
    text = "".join(f"{name} = {value}\n" for name, value in SETTINGS.items())
    path = paths.PG / "postgresql.auto.conf"
    path.write_text(text)
    if is_root():
        os.chown(path, *account()[:2])


def _make_role():
    env = processes.environment(**{**environment(), "PGUSER": ACCOUNT})
    processes.run(
        [binary("psql"), "-X", "-q", "-d", "postgres", "-c"]
        + [
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') "
            f"THEN CREATE ROLE {ROLE} LOGIN CREATEDB; END IF; END $$"
        ],
        why="Could not make the database role",
        env=env,
    )


def _socket_folder(create=False):
    """Return the folder of the socket: in the checkout, or where its path is short."""
    folder = paths.RUN / "pg"
    if len(os.fsencode(folder)) > SOCKET_LIMIT:
        digest = hashlib.sha256(os.fsencode(paths.ROOT)).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"pdd-{os.geteuid()}-{digest}"
    if create:
        folder.mkdir(parents=True, exist_ok=True)
        owner = account()[0] if is_root() else os.geteuid()
        if is_root():
            os.chown(folder, owner, -1)
        if folder.stat().st_uid != owner or folder.is_symlink():
            raise Trouble(f"{folder} belongs to somebody else.", "remove it.")
        folder.chmod(0o700)
    return folder


def account():
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        raise Trouble(
            f"PostgreSQL refuses to run as root, and there is no account {ACCOUNT}.",
            "apt-get install postgresql makes it; or call this as an ordinary user.",
        ) from None
    return entry.pw_uid, entry.pw_gid


def as_server(command, *, why, advice=""):
    """Run a server program as an account that PostgreSQL accepts."""
    if is_root():
        command = [*_step_down(), *command]
    return processes.run(command, why=why, advice=advice, cwd="/")


def _step_down():
    """Return the setpriv prefix that gives up root.

    A checkout below a folder that only root may enter (such as /root) is out of reach
    for the account; it then keeps the one capability to pass through folders.
    """
    plain = ["setpriv", f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--init-groups"]
    for capability in (None, "dac_read_search", "dac_override"):
        prefix = list(plain)
        if capability:
            prefix += [f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}"]
        probe = subprocess.run(
            [*prefix, "touch", paths.PG], capture_output=True, check=False
        )
        if probe.returncode == 0:
            return prefix
    raise Trouble(
        f"The account {ACCOUNT}, which must run PostgreSQL, cannot enter {paths.PG}.",
        f"move the checkout to a folder that others may enter (chmod o+x on the folders "
        f"above {paths.ROOT}), call this as an ordinary user, or set PGHOST to a server.",
    )
