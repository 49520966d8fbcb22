"""What only a database on a server can do to a ledger: go away, come back, refuse, be full, hold up
whoever waits for somebody who fell silent, and have another idea of what time it is.
"""

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import psycopg
import pytest

from ledger.desk import Desk, check_books, document
from ledger.postgres_kit import PostgresKit, new_kit
from pagemill.errors import PagemillError
from pagemill.ledger.postgres.database import PostgresDatabase
from pagemill.ledger.postgres.ledger import open_postgres
from pagemill.ledger.postgres.schema import migrate_postgres
from pagemill.model.job import NewJob
from pagemill.model.task import RetryPolicy
from pagemill.ports import JobQuery, Ledger
from pagemill.settings import without_password
from pagemill.testing.clock import SettableClock
from postgres_server import LOCKED, PostgresServer, postgres_server, server_account

YEAR_MS = 365 * 86_400_000


@pytest.fixture
def kit(postgres: PostgresServer) -> PostgresKit:
    return new_kit(postgres)


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    """One that may be stopped and killed, and keeps what it has committed."""
    with postgres_server(is_safe=True) as server:
        yield server


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(PagemillError) as error:
        call()
    return error.value.code


def database(url: str, **more: float) -> PostgresDatabase:
    return PostgresDatabase(url, schema=99, **more)  # type: ignore[arg-type]


# Going away and coming back


@pytest.mark.parametrize("end", ["immediate", "fast", "kill"])
def test_a_server_that_went_is_waited_for_and_gone_on_with(
    own_server: PostgresServer, end: str
) -> None:
    desk = Desk(new_kit(own_server))
    kept = desk.begin(3)
    own_server.stop(end)
    for call in (desk.submit, desk.claim, lambda: desk.ledger.job(kept.id)):
        assert code_of(call) == "ledger_busy"
    assert code_of(desk.ledger.change_mark) == "ledger_busy"
    own_server.start()
    assert desk.ledger.job(kept.id) == kept
    desk.read(3)
    desk.assemble()
    check_books(desk.ledger, kept.id)
    desk.close()


def test_what_was_answered_before_a_power_cut_is_there_after_it(
    own_server: PostgresServer,
) -> None:
    """Submissions of several threads, and a server that stops at no agreed moment."""
    kit = new_kit(own_server)
    ledger = open_durably(kit.url)
    kept: list[str] = []
    has_kept = threading.Event()

    def submit(n: int) -> None:
        desk = Desk(kit, numbers=iter(range(10_000 * n, 10_000 * (n + 1))))
        desk.close()
        while True:
            new = desk.new(of=str(n))
            if not is_taken(ledger, new):
                return
            kept.append(new.id)
            if len(kept) > 40:
                has_kept.set()

    with ThreadPoolExecutor(4) as crowd:
        ends = [crowd.submit(submit, n) for n in range(1, 5)]
        assert has_kept.wait(60)
        own_server.stop("immediate")
        for end in ends:
            end.result()
    own_server.start()
    known = {job.id for job in ledger.jobs_by_id(kept)}
    assert known == set(kept)
    for job_id in known:
        check_books(ledger, job_id)
    ledger.close()


def is_taken(ledger: Ledger, new: NewJob) -> bool:
    try:
        ledger.submit(new)
    except PagemillError as error:
        return error.code != "ledger_busy"
    return True


def open_durably(url: str) -> Ledger:
    return open_postgres(
        url,
        clock=SettableClock(),
        rng=None,  # type: ignore[arg-type]  nothing is left to chance here
        policy=RetryPolicy(),
        user_max_running=0,
    )


def test_a_connection_that_an_administrator_ended_is_replaced_unnoticed(kit: PostgresKit) -> None:
    desk = Desk(kit)
    job = desk.submit()
    with closing(psycopg.connect(kit.url, autocommit=True)) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert desk.ledger.job(job.id) == job
    desk.close()


# Whoever falls silent


def test_who_falls_silent_in_the_middle_holds_nobody_up_and_changes_nothing(
    kit: PostgresKit,
) -> None:
    Desk(kit).close()
    silent, other = database(kit.url, silent_seconds=0.3), database(kit.url)
    with pytest.raises(PagemillError) as error, silent.write() as sql:
        sql.add_user(user_id="silent", now_ms=1)
        with other.write() as others:
            others.add_user(user_id="other", now_ms=1)
        sql.add_user(user_id="late", now_ms=1)
    assert error.value.code == "ledger_busy"
    desk = Desk(kit)
    assert [user.id for user in desk.people.users()] == ["local", "other"]
    for part in (silent, other, desk):
        part.close()


def test_more_readers_than_connections_take_turns(kit: PostgresKit) -> None:
    Desk(kit).close()
    few = database(kit.url, connections=2, busy_seconds=60)
    with ThreadPoolExecutor(8) as crowd:
        marks = [crowd.submit(few.change_mark) for _ in range(200)]
        assert len({mark.result() for mark in marks}) == 1
    with closing(psycopg.connect(kit.url)) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        ).fetchone()
    assert row is not None
    assert row[0] - 1 <= 2
    few.close()


def test_a_reader_who_gets_no_connection_is_told_to_come_again(kit: PostgresKit) -> None:
    Desk(kit).close()
    one = database(kit.url, connections=1, busy_seconds=0.05)
    with one.read():
        assert code_of(one.change_mark) == "ledger_busy"
    one.close()


# Refusals


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (("/test_", "/nothing_"), "createdb"),
        (("postgres@", "nobody@"), "createuser"),
        (("postgresql://", "postgresql://%zz"), "postgresql://user@host"),
    ],
)
def test_a_wrong_address_is_named_with_what_to_do(
    kit: PostgresKit, change: tuple[str, str], word: str
) -> None:
    url = kit.url.replace(*change)
    with pytest.raises(PagemillError) as error:
        migrate_postgres(url)
    assert error.value.code == "ledger_unusable"
    assert word in error.value.hint


@pytest.mark.parametrize("password", ["", ":wrong", ":wr@ng"])
def test_a_wrong_password_is_refused_and_never_told(
    postgres: PostgresServer, password: str
) -> None:
    url = locked(postgres).replace("postgres@", f"postgres{password}@")
    with pytest.raises(PagemillError) as error:
        migrate_postgres(url)
    assert error.value.code == "ledger_unusable"
    assert "password" in error.value.hint
    told = f"{error.value.message} {error.value.hint} {without_password(url)}"
    assert not password or password[1:] not in told


def locked(server: PostgresServer) -> str:
    duplicate = psycopg.errors.DuplicateDatabase
    with suppress(duplicate), psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {LOCKED}")
    return server.url(LOCKED)


def test_a_user_without_rights_is_told_so(postgres: PostgresServer) -> None:
    url = postgres.new_database()
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        connection.execute("DROP ROLE IF EXISTS guest")
        connection.execute("CREATE ROLE guest LOGIN")
    assert code_of(lambda: migrate_postgres(url.replace("postgres@", "guest@"))) == (
        "ledger_unusable"
    )


# A full disk


def test_a_full_disk_is_said_and_waited_for(own_server: PostgresServer) -> None:
    """The database lies on a disk of its own, so that only it is full."""
    disk = own_server.folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)]
    subprocess.run(mount, check=True)
    if account := server_account():
        shutil.chown(disk, account, account)
    url = own_server.new_database()
    try:
        with closing(psycopg.connect(own_server.url(), autocommit=True)) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{disk}'")
            connection.execute(f"ALTER DATABASE {url.rpartition('/')[2]} SET TABLESPACE small")
        desk = Desk(PostgresKit(url))
        job = desk.submit()
        ballast = disk / "ballast"
        fill(ballast)
        assert code_of(lambda: submit_much(desk)) == "disk_full"
        ballast.unlink()
        check_books(desk.ledger, job.id)
        assert desk.submit(of="z").id != job.id
        desk.close()
    finally:
        with closing(psycopg.connect(own_server.url(), autocommit=True)) as connection:
            connection.execute(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")
            connection.execute("DROP TABLESPACE small")
        subprocess.run(["umount", "-l", str(disk)], check=True)


def submit_much(desk: Desk) -> None:
    for _ in range(1000):
        desk.submit(filename="x" * 2000)


def fill(path: Path) -> None:
    """Leaves no byte free."""
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue


# What time it is


def test_moments_are_the_servers_whatever_the_clock_here_says(kit: PostgresKit) -> None:
    clock = SettableClock()
    desk, ledger = Desk(kit), at_server_time(kit, clock)
    clock.set(clock.now_ms() + YEAR_MS)
    first = ledger.submit(desk.new()).job
    clock.set(clock.now_ms() - 2 * YEAR_MS)
    second = ledger.submit(desk.new()).job
    with closing(psycopg.connect(kit.url)) as connection:
        row = connection.execute("SELECT 1000 * extract(epoch FROM now())").fetchone()
    assert row is not None
    server_ms = float(row[0])
    for job in (first, second):
        assert server_ms - 300_000 < job.created_ms <= server_ms
    assert first.created_ms <= second.created_ms
    ledger.close()
    desk.close()


@pytest.mark.parametrize("jump_ms", [YEAR_MS, -YEAR_MS])
def test_a_clock_that_jumps_costs_nobody_a_lease(kit: PostgresKit, jump_ms: int) -> None:
    clock = SettableClock()
    desk, ledger = Desk(kit), at_server_time(kit, clock)
    ledger.submit(desk.new())
    (work,) = ledger.claim("node:1", ["cpu"], 1, 60)
    clock.set(clock.now_ms() + jump_ms)
    assert ledger.rescue() == 0
    assert ledger.held("node:1") == {work.task_id}
    clock.set(clock.now_ms() - 2 * jump_ms)
    assert ledger.rescue() == 0
    assert ledger.held("node:1") == {work.task_id}
    ledger.close()
    desk.close()


def at_server_time(kit: PostgresKit, clock: SettableClock) -> Ledger:
    return open_postgres(
        kit.url,
        clock=clock,
        rng=None,  # type: ignore[arg-type]  nothing is left to chance here
        policy=RetryPolicy(),
        user_max_running=0,
    )


# What travels


def test_what_no_database_can_keep_is_asked_for_in_vain_and_not_an_error(kit: PostgresKit) -> None:
    desk = Desk(kit)
    for odd in ("a\x00b", "half a \ud800 character", "%s", "'; DROP TABLE job; --", "ü" * 5000):
        assert code_of(lambda odd=odd: desk.ledger.job(odd)) == "job_not_found"
        assert code_of(lambda odd=odd: desk.ledger.document(odd, odd)) == "document_not_found"
    job = desk.submit(password="p\x00ss", key="k\x00y", handle="h\x00")
    assert desk.ledger.submit(desk.new(password="p\x00ss", key="k\x00y")).job.id == job.id
    desk.close()


def test_sums_of_large_numbers_stay_whole(kit: PostgresKit) -> None:
    desk = Desk(kit)
    big = 2**53 + 1
    for name in "ab":
        desk.ledger.submit(desk.new(of=name, size_bytes=big))
    assert desk.people.usage("local").stored_bytes == 2 * big
    assert document("a", big).size_bytes == big
    desk.close()


def test_a_commit_of_anybody_changes_the_mark_and_a_question_does_not(kit: PostgresKit) -> None:
    desk, other = Desk(kit), Desk(kit, numbers=iter(range(50, 60)))
    mark = desk.ledger.change_mark()
    desk.ledger.jobs(JobQuery())
    other.ledger.claim("node:1", ["cpu"], 1, 60)  # there is nothing to claim
    assert desk.ledger.change_mark() == mark
    other.submit()
    assert desk.ledger.change_mark() != mark
    desk.close()
    other.close()


def test_connections_come_back_where_a_process_has_thousands_of_files_open(
    kit: PostgresKit, tmp_path: Path
) -> None:
    """As a server of many watchers has."""
    with ExitStack() as files:
        for _ in range(1100):
            files.enter_context((tmp_path / "file").open("w"))
        desk = Desk(kit)
        job = desk.submit()
        assert desk.ledger.job(job.id) == job
        desk.close()
