"""A PostgreSQL server of the tests' own: started when the first test asks, gone with the last.

Debian's package `postgresql` has what is needed. The server refuses to run as root and then runs as
the user `postgres`. It listens on a socket in its folder and on a free port of the loopback.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

USER, WAIT_SECONDS, PAUSE_SECONDS = "postgres", 60, 0.02
MOST_DATABASES = 20
ENDS = {"immediate": signal.SIGQUIT, "fast": signal.SIGINT, "kill": signal.SIGKILL}
BUILT_INTO = "/usr/lib/postgresql"

# Many small files are made and deleted soon: what need not be kept is not written to a disk.
MEMORY = "/dev/shm"
# The one database that asks for a password; a test makes it if it wants it.
LOCKED = "locked"
# Nothing is kept for longer than the tests: syncing would only cost time.
HASTY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass
class PostgresServer:
    """`stop` and `start` it as often as a test likes; the port stays the same."""

    folder: Path
    port: int
    is_safe: bool = False
    _names: Iterator[int] = field(default_factory=lambda: iter(range(1_000_000)))
    _templates: dict[str, str] = field(default_factory=dict)
    _databases: deque[str] = field(default_factory=deque)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def make(self) -> None:
        words = ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust", f"--username={USER}"]
        self._run("initdb", "-D", str(self.data), "--no-sync", *words)
        rules = self.data / "pg_hba.conf"
        rules.write_text(f"host {LOCKED} all 127.0.0.1/32 scram-sha-256\n{rules.read_text()}")

    def start(self) -> None:
        """Returns when it answers. What a killed server left behind may need a moment to go."""
        options = [
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={self.folder}",
            "max_connections=200",
            "shared_buffers=64MB",
            *(() if self.is_safe else HASTY),
        ]
        words = [word for option in options for word in ("-c", option)]
        pause = threading.Event()
        for _ in range(round(WAIT_SECONDS / PAUSE_SECONDS)):
            if not self.is_running:
                with self.log.open("ab") as log:
                    self._process = subprocess.Popen(
                        [find_program("postgres"), "-D", str(self.data), *words],
                        stdout=log,
                        stderr=log,
                        **self._manner(),
                    )
            if self._answers():
                return
            pause.wait(PAUSE_SECONDS)
        raise AssertionError(f"PostgreSQL does not start:\n{self.log.read_text()[-2000:]}")

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def stop(self, end: str = "immediate") -> None:
        """`immediate` drops everything as a power cut does, `fast` says goodbye, `kill` is a
        SIGKILL that nobody in there can do anything about.
        """
        assert self._process is not None
        self._process.send_signal(ENDS[end])
        self._process.wait(WAIT_SECONDS)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def new_database(self, migrate: Callable[[str], object] | None = None) -> str:
        """The address of a database nobody has used; `migrate` fills the template of its kind once.
        When there are many, the oldest goes.
        """
        name = f"test_{next(self._names)}"
        self._create(name, "template0" if migrate is None else self._template(migrate))
        self._databases.append(name)
        if len(self._databases) > MOST_DATABASES:
            self._drop(self._databases.popleft())
        return self.url(name)

    def _template(self, migrate: Callable[[str], object]) -> str:
        kind = f"{migrate.__module__}.{migrate.__qualname__}"
        if kind not in self._templates:
            name = f"template_{next(self._names)}"
            self._create(name, "template0")
            migrate(self.url(name))
            self._templates[kind] = name
        return self._templates[kind]

    def _create(self, name: str, template: str) -> None:
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with closing(psycopg.connect(self.url(), autocommit=True)) as connection:
            connection.execute(command.format(sql.Identifier(name), sql.Identifier(template)))

    def _drop(self, name: str) -> None:
        with closing(psycopg.connect(self.url(), autocommit=True)) as connection:
            command = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            connection.execute(command.format(sql.Identifier(name)))

    def _run(self, program: str, *words: str) -> None:
        command = [find_program(program), *words]
        done = subprocess.run(command, capture_output=True, text=True, **self._manner())
        assert done.returncode == 0, f"{program} failed: {done.stdout}{done.stderr}"

    def _manner(self) -> dict[str, Any]:
        account = server_account()
        return {
            "user": account,
            "group": account,
            "extra_groups": [] if account else None,
            "cwd": self.folder,
            "env": {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            "stdin": subprocess.DEVNULL,
            "process_group": 0,
        }


@contextmanager
def postgres_server(*, is_safe: bool = False) -> Iterator[PostgresServer]:
    """A server for the block. `is_safe`: what it has committed outlives its being killed."""
    in_memory = MEMORY if not is_safe and os.access(MEMORY, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="pagemill-postgres-", dir=in_memory))
    if account := server_account():
        shutil.chown(folder, account, account)
    server = PostgresServer(folder, _free_port(), is_safe)
    try:
        server.make()
        server.start()
        yield server
    finally:
        if server.is_running:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def find_program(name: str) -> str:
    """Of the newest version that is installed. Debian keeps them apart from other programs."""
    versions = sorted(Path(BUILT_INTO).glob(f"*/bin/{name}"), key=_version_of)
    found = str(versions[-1]) if versions else shutil.which(name)
    if found is None:
        raise AssertionError(
            f"PostgreSQL's {name} is not installed: `make tools` installs it (apt: postgresql)"
        )
    return found


def _version_of(path: Path) -> int:
    return int(path.parts[-3]) if path.parts[-3].isdecimal() else 0


def server_account() -> str | None:
    """Whom the server runs as; None where this process may run it itself."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(USER).pw_name
    except KeyError:
        raise AssertionError(
            f"There is no user '{USER}' for the server to run as: install Debian's postgresql"
        ) from None


def _free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
