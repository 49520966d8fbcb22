"""A PostgreSQL server of the tests' own: started when the first test asks, gone with the last.

Debian's package `postgresql` has what is needed. The server refuses to run as root and then runs as
the user `postgres`. It listens on a socket in its folder and on a free port of the loopback.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

USER, WAIT_SECONDS = "postgres", 60
BUILT_INTO = "/usr/lib/postgresql"

# Nothing is kept for longer than the tests: syncing would only cost time.
HASTY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass
class PostgresServer:
    """`stop`, `kill` and `start` as often as a test likes; the port stays the same."""

    folder: Path
    port: int
    is_safe: bool = False
    _names: Iterator[int] = field(default_factory=lambda: iter(range(1_000_000)))
    _templates: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def make(self) -> None:
        words = ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust", f"--username={USER}"]
        self._run("initdb", "-D", str(self.data), "--no-sync", *words)

    def start(self) -> None:
        options = [
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={self.folder}",
            "max_connections=200",
            "shared_buffers=64MB",
            *(() if self.is_safe else HASTY),
        ]
        words = " ".join(f"-c {option}" for option in options)
        self._run("pg_ctl", "-D", str(self.data), "-l", str(self.log), "-o", words, "-w", "start")

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def stop(self, mode: str = "immediate") -> None:
        """`immediate` drops everything as a power cut does; `fast` says goodbye."""
        self._run("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop")

    def kill(self) -> None:
        """The postmaster and all its children at once."""
        pid = int((self.data / "postmaster.pid").read_text().split()[0])
        os.killpg(os.getpgid(pid), 9)
        pause = threading.Event()
        while Path(f"/proc/{pid}").exists() and not _is_zombie(pid):
            pause.wait(0.01)

    def new_database(self, migrate: Callable[[str], object] | None = None) -> str:
        """The address of a database nobody has used; `migrate` fills the template of its kind
        once.
        """
        name = f"test_{next(self._names)}"
        template = "template0"
        if migrate is not None:
            template = self._template(migrate)
        self._create(name, template)
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

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [find_program(program), *words],
            user=_account(),
            group=_account(),
            extra_groups=[] if _account() else None,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            timeout=2 * WAIT_SECONDS,
            check=False,
        )
        if done.returncode:
            log = self.log.read_text()[-2000:] if self.log.exists() else ""
            raise AssertionError(f"{program} failed: {done.stdout.decode()}\n{log}")


@contextmanager
def postgres_server(*, is_safe: bool = False) -> Iterator[PostgresServer]:
    """A server for the block. `is_safe`: what it has committed outlives its being killed."""
    folder = Path(tempfile.mkdtemp(prefix="pagemill-postgres-"))
    if account := _account():
        shutil.chown(folder, account, account)
    server = PostgresServer(folder, _free_port(), is_safe)
    try:
        server.make()
        server.start()
        yield server
    finally:
        if (server.data / "postmaster.pid").exists():
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


def _account() -> str | None:
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


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
