"""A database of the time before users, tokens and limits goes on as it was, with what is new."""

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.desk import Desk, SqliteKit, check_books
from pagemill.ledger import migrate
from pagemill.ledger.migrating import read_migrations
from pagemill.ledger.sqlite import schema
from pagemill.ledger.sqlite.database import connect
from pagemill.model.job import JobState
from pagemill.model.options import Options
from pagemill.model.people import LOCAL, Role, Usage, User, UserLimits
from pagemill.model.retention import HOUR_MS
from pagemill.model.task import PageDone, TaskKind, TaskState

OUTPUTS = json.dumps(
    [
        {"name": n, "path": n, "media_type": "text/plain", "size_bytes": size, "sha256": "ab" * 32}
        for n, size in (("markdown", 300), ("json", 4000))
    ]
)
OPTIONS = json.dumps(Options(languages=("de",)).as_dict())
SIZES = {"a": 1000, "b": 70_000}
KEPT = ("job", "task", "document", "event", "lane", "pool", "page_cache", "node", "trash")

# id, user, document, state, outputs; what they take up from now on.
JOBS = [
    ("1", "local", "a", "completed", OUTPUTS, 5300),
    ("2", "ann", "b", "processing", "[]", 70_000),
    ("3", "ann", "a", "queued", "[]", 1000),
    ("4", "bob", "b", "failed", "[]", 70_000),
    ("5", "bob", "b", "paused", "[]", 70_000),
]


def sha(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database that the first migration made and plain SQL has filled."""
    path = tmp_path / "ledger.db"
    with closing(connect(path, is_durable=False, busy_seconds=10)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        for statement in schema.statements_of(read_migrations(schema.FOLDER)[0].path.read_text()):
            database.execute(statement)
        database.execute("PRAGMA user_version=1")
        _fill(database)
    return path


def _fill(database: sqlite3.Connection) -> None:
    for user in ("ann", "bob"):
        database.execute('INSERT INTO "user" (id, weight) VALUES (?, 2)', (user,))
        database.execute("INSERT INTO lane (pool, user_id) VALUES ('cpu', ?)", (user,))
    database.execute("INSERT INTO pool (name, max_running) VALUES ('cpu', 3)")
    database.execute("INSERT INTO trash (key, is_folder, since_ms) VALUES ('jobs/0', 1, 7)")
    database.execute("INSERT INTO node VALUES ('n', 'b', 'h', 1, 2, '[]', 3, 4, 0, '[]')")
    for name, size in SIZES.items():
        row = (sha(name), "application/pdf", size, 2, 1)
        database.execute("INSERT INTO document VALUES (?, ?, ?, ?, ?)", row)
    for job_id, user, document, state, outputs, _ in JOBS:
        _add_job(database, job_id, user, document, state, outputs)


def _add_job(
    database: sqlite3.Connection, job_id: str, user: str, document: str, state: str, outputs: str
) -> None:
    """With two pages, unless it waits to be opened: the first done, the second as the job is."""
    is_open, is_final = state != "queued", state in ("completed", "failed")
    second = {"completed": 3, "failed": 5, "processing": 1, "paused": 7}.get(state, 0)
    job = {
        "id": job_id,
        "handle": f"handle-{job_id}",
        "user_id": user,
        "sha256": sha(document),
        "filename": f"{job_id}.pdf",
        "name_key": f"{job_id}.pdf",
        "options": OPTIONS,
        "password": "p",
        "state": state,
        "priority": 5,
        "rank": 5,
        "version": 1,
        "created_ms": 10,
        "updated_ms": 20,
        "started_ms": 15 if is_open else None,
        "finished_ms": 20 if is_final else None,
        "pages_total": 2 if is_open else None,
        "pages_left": int(second in (1, 7)),
        "pages_done": (2 if second == 3 else 1) if is_open else 0,
        "pages_failed": int(second == 5),
        "failure_code": "engine_failed" if state == "failed" else None,
        "outputs": outputs,
        "idempotency_key": f"key-{job_id}",
        "request_key": "r",
    }
    _insert(database, "job", job)
    kind = "job.completed" if state == "completed" else "job.queued"
    database.execute("INSERT INTO event VALUES (?, 1, 10, ?, '{}')", (job_id, kind))
    shared = {"job_id": job_id, "user_id": user, "pool": "cpu", "rank": 5}
    _insert(database, "task", shared | {"kind": "split", "state": 3 if is_open else 1} | TOKEN)
    if is_open:
        pages = [shared | {"kind": "page", "cache_key": "k"} | TOKEN for _ in range(2)]
        _insert(database, "task", pages[0] | {"page_no": 1, "state": 3, "finished_ms": 18})
        code = "engine_failed" if second == 5 else None
        _insert(database, "task", pages[1] | {"page_no": 2, "state": second, "failure_code": code})
        state_of_last = 3 if state == "completed" else 0
        _insert(database, "task", shared | {"kind": "assemble", "state": state_of_last} | TOKEN)
        cached = (user, sha(document), int(job_id), "k", job_id, "t")
        database.execute("INSERT INTO page_cache VALUES (?, ?, ?, ?, ?, ?)", cached)


TOKEN = {"token": "t"}


def _insert(database: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
    names = ", ".join(row)
    marks = ", ".join(f":{name}" for name in row)
    database.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", row)


def contents(path: Path) -> dict[str, list[dict[str, object]]]:
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        return {
            table: [dict(row) for row in database.execute(f"SELECT * FROM {table} ORDER BY 1, 2")]
            for table in (*KEPT, '"user"')
        }


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """The first two migrations, whatever has come after them."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    for migration in read_migrations(schema.FOLDER)[:2]:
        shutil.copy(migration.path, folder)
    return folder


def test_everything_that_was_there_is_there_as_it_was(path: Path, second: Path) -> None:
    before = contents(path)
    assert migrate(path, second) == ["0002_people"]
    after = contents(path)
    for table, rows in before.items():
        assert len(rows) == len(after[table]) > 0
        for old, new in zip(rows, after[table], strict=True):
            assert new == {**new, **old}


def test_what_is_new_says_that_nothing_is_limited(path: Path, second: Path) -> None:
    before = contents(path)
    migrate(path, second)
    jobs = contents(path)["job"]
    added = set(jobs[0]) - set(before["job"][0]) - {"stored_bytes"}
    assert {name: {job[name] for job in jobs} for name in added} == {
        "note": {"{}"},
        "asked_keep_ms": {None},
        "keep_ms": {None},
        "soft_ms": {None},
        "hard_ms": {None},
        "deadline_ms": {None},
    }


def test_users_stay_and_the_local_one_may_do_everything(path: Path) -> None:
    desk = Desk(SqliteKit(path))
    assert desk.people.users() == [
        User("ann", weight=2),
        User("bob", weight=2),
        User("local", Role.ADMIN),
    ]
    assert desk.people.deeds() == desk.people.tokens("local") == []
    assert not desk.people.has_tokens()
    desk.close()


def test_documents_and_outputs_count_as_space(path: Path) -> None:
    desk = Desk(SqliteKit(path))
    for job_id, *_, stored_bytes in JOBS:
        assert desk.ledger.job(job_id).stored_bytes == stored_bytes
    assert desk.people.usage("ann") == Usage(1, 71_000, 0)
    assert desk.people.usage("bob") == Usage(0, 140_000, 0)
    desk.close()


def test_jobs_go_on_from_where_they_were(path: Path) -> None:
    desk = Desk(SqliteKit(path))
    for job_id, *_ in JOBS:
        check_books(desk.ledger, job_id)
    desk.ledger.retry("4")
    desk.ledger.resume("5")
    desk.work_off()
    for job_id, *_ in JOBS:
        job = desk.ledger.job(f"handle-{job_id}")
        assert (job.id, job.state) == (job_id, JobState.COMPLETED)
        assert job.options == Options(languages=("de",))
    assert desk.ledger.password("2") == "p"
    assert desk.ledger.job("2").stored_bytes == 70_000 + 12
    desk.close()


def test_old_jobs_get_a_date_when_there_are_limits(path: Path) -> None:
    desk = Desk(SqliteKit(path))
    limits = UserLimits(keep_hours=1, keep_jobs=2)
    desk.people.change_user(replace(desk.people.user("bob"), limits=limits), LOCAL)
    assert desk.ledger.job("4").expires_ms == 20 + HOUR_MS
    assert desk.ledger.job("5").expires_ms is None
    assert [over.job.id for over in desk.ledger.overdue()] == ["4"]
    assert desk.ledger.retire(desk.ledger.overdue()) == 1
    desk.close()


def test_an_old_page_is_handed_out_and_taken_back(path: Path) -> None:
    desk = Desk(SqliteKit(path))
    (page,) = [work for work in desk.claim(9) if work.kind is TaskKind.PAGE]
    assert (page.job_id, page.page_no, page.page_seconds) == ("2", 2, None)
    assert desk.tell(page, PageDone("text", 10))
    assert desk.ledger.page("2", 2).state is TaskState.DONE
    desk.close()
