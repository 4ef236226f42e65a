"""Databases for the tests of the library: a SQLite file, and a real PostgreSQL server that the tests start, stop and throw away themselves."""

import contextlib
import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from sqlalchemy import create_engine, text

WANT = "PostgreSQL is not installed"
ROLES = ("postgres", "nobody")


def binary(name: str) -> str | None:
    """Where a program of PostgreSQL is: on the path, else where Debian puts it."""
    return shutil.which(name) or next(iter(sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), reverse=True)), None)


def installed() -> bool:
    return bool(binary("initdb") and binary("postgres"))


class Server:
    """A PostgreSQL server in a folder of its own, on loopback."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        self.folder.mkdir(exist_ok=True)
        self.user = self._owner()
        self.port = self._free_port()
        self.process: subprocess.Popen | None = None
        self._run([binary("initdb"), "-D", str(self.data), "-A", "trust", "-U", "planner", "-E", "UTF8", "--no-locale", "-N"])
        self.start()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def _owner(self) -> str | None:
        """The user it runs as: the server refuses to run as root."""
        if os.getuid() != 0:
            return None
        name = next(name for name in ROLES if any(entry.pw_name == name for entry in pwd.getpwall()))
        shutil.chown(self.folder, name)
        return name

    def _as_owner(self) -> dict:
        if self.user is None:
            return {}
        entry = pwd.getpwnam(self.user)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": [], "env": {"PATH": os.environ["PATH"], "HOME": str(self.folder)}}

    def _run(self, command: list[str]) -> None:
        subprocess.run(command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL, **self._as_owner())

    @staticmethod
    def _free_port() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    def start(self) -> None:
        """Starts, and waits until it answers."""
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": self.folder, "max_connections": 60}
        options = [item for name, value in settings.items() for item in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            command = [binary("postgres"), "-D", str(self.data), *options]
            self.process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, **self._as_owner())
        until = time.monotonic() + 60
        while True:
            try:
                with create_engine(self.url("postgres")).connect():
                    return
            except Exception:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise
                time.sleep(0.1)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stops at once: SIGINT cuts every connection, SIGQUIT is a crash."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(timeout=60)
            self.process = None

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://planner@127.0.0.1:{self.port}/{name}"

    def database(self, name: str) -> str:
        """The address of a new, empty database."""
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        engine.dispose()
        return self.url(name)

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)
