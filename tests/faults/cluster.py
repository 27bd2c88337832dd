# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A PostgreSQL server that can be stopped without anybody else noticing."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from lib import postgres, processes


class Cluster:
    """A server of its own in a temporary folder, on a private socket."""

    def __init__(self):
        # short and open to the server's account: the path of a socket is limited
        self.folder = Path(tempfile.mkdtemp(prefix="pdd-faults-"))
        if os.geteuid() == 0:
            os.chown(self.folder, postgres.account()[0], -1)
        self._data = self.folder / "data"
        self._run("initdb", "-U", postgres.ROLE, "-A", "trust", "-E", "UTF8")
        self.start()

    @property
    def connection(self):
        """Return what Odoo's configuration needs to connect."""
        return {"db_host": str(self.folder), "db_port": 5432, "db_user": postgres.ROLE}

    def start(self):
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off -c jit=off"
        self._run("pg_ctl", "start", "-w", "-l", self.folder / "log", "-o", options)

    def stop(self, mode):
        """Stop it: ``fast`` ends the connections, ``immediate`` is a crash."""
        self._run("pg_ctl", "stop", "-w", "-m", mode)

    def remove(self):
        self.stop("immediate")
        shutil.rmtree(self.folder)

    def copy_in(self, database):
        """Copy a database of the usual server, under the same name."""
        here = {"PGHOST": str(self.folder), "PGPORT": "5432", "PGUSER": postgres.ROLE}
        source = processes.environment(**postgres.environment())
        target = processes.environment(**here)
        subprocess.run(
            [postgres.binary("createdb"), "-T", "template0", database],
            env=target,
            check=True,
        )
        dump = [postgres.binary("pg_dump"), "--no-owner", database]
        load = [postgres.binary("psql"), "-X", "-q", "-o", os.devnull, "-d", database]
        with subprocess.Popen(dump, env=source, stdout=subprocess.PIPE) as dumping:
            subprocess.run(load, env=target, stdin=dumping.stdout, check=True)
        assert not dumping.returncode

    def _run(self, program, *arguments):
        postgres.as_server(
            [postgres.binary(program), "-D", self._data, *arguments],
            why=f"{program} failed",
        )
