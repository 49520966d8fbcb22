"""Given-up tasks on a database: looking at them, and trying them again in batches."""

import re

import msgspec

from pagemill.errors import PagemillError
from pagemill.ledger.database import Database, writing
from pagemill.ledger.deeds import note
from pagemill.ledger.rows import Row
from pagemill.ledger.statements import Statements, Transaction
from pagemill.ledger.telling import open_lanes, tell
from pagemill.model.event import EventKind
from pagemill.model.job import Failure, JobState
from pagemill.model.people import Caller
from pagemill.model.task import TaskKind
from pagemill.ports.dead_letters import DeadLetter, DeadQuery, DeadReason, PastAttempt, Requeued
from pagemill.ports.time import Clock

AFTER_ALL = (2**62, 2**62)
ENDED = frozenset({JobState.COMPLETED, JobState.FAILED})
_CURSOR = re.compile(r"(\d{1,18})\.(\d{1,18})", re.ASCII)


class SqlDeadLetters:
    """See `pagemill.ports.DeadLetters` for every promise. Thread-safe."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def dead(self, query: DeadQuery) -> list[DeadLetter]:
        with self._database.read() as sql:
            return _list(sql, query)

    def reasons(self, query: DeadQuery) -> list[DeadReason]:
        with self._database.read() as sql:
            if query.user_id:
                rows = sql.count_dead_of_user(user_id=query.user_id, **_filters(query))
            else:
                rows = sql.count_dead(**_filters(query))
            found = [_reason_of(row, sql.find_dead(id=row["example_id"])) for row in rows]
        return sorted(found, key=lambda reason: (-reason.count, reason.code))

    def requeue(self, query: DeadQuery, by: Caller) -> Requeued:
        with writing(self._database, self._clock) as tx:
            return _requeue(tx, query, by)

    def attempts(self, job_id: str, page_no: int) -> list[PastAttempt]:
        with self._database.read() as sql:
            rows = sql.failed_attempts(job_id=job_id, start=f'{{"page":{page_no},')
            return [_attempt_of(row) for row in rows]


def _list(sql: Statements, query: DeadQuery) -> list[DeadLetter]:
    at_ms, task_id = _place(query.before)
    asked = _filters(query) | {"before_ms": at_ms, "before_id": task_id, "limit": query.limit}
    if query.user_id:
        rows = sql.list_dead_of_user(user_id=query.user_id, **asked)
    else:
        rows = sql.list_dead(**asked)
    return [_letter_of(row) for row in rows]


def _filters(query: DeadQuery) -> dict[str, object]:
    return {
        "since_ms": query.since_ms,
        "code": query.code,
        "engine": query.engine,
        "but_codes": "".join(f" {code} " for code in query.but_codes),
    }


def _place(cursor: str) -> tuple[int, int]:
    if not cursor:
        return AFTER_ALL
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise PagemillError(
            "invalid_request", f"`before` is '{cursor[:40]}'", "Take `next` of the page before."
        )
    return int(match[1]), int(match[2])


def _requeue(tx: Transaction, query: DeadQuery, by: Caller) -> Requeued:
    """All that match of a job go at once: a later batch would find it running."""
    met = _list(tx.sql, query)
    job_ids, pages = [], 0
    for job_id in dict.fromkeys(letter.job_id for letter in met if letter.job_state in ENDED):
        pages += _revive(tx, job_id, [one for one in met if one.job_id == job_id], query)
        job_ids.append(job_id)
    if job_ids:
        note(tx, by, "queue.requeue", query.user_id, _words(query, len(job_ids), pages))
    return Requeued(
        job_ids=tuple(job_ids),
        pages=pages,
        left_out=sum(letter.job_state not in ENDED for letter in met),
        before=met[-1].cursor if len(met) >= query.limit else "",
    )


def _revive(tx: Transaction, job_id: str, met: list[DeadLetter], query: DeadQuery) -> int:
    """The split if that failed, else the pages that did, else the assembly. Gives the pages."""
    sql, pages = tx.sql, 0
    kinds = {letter.kind for letter in met}
    if TaskKind.SPLIT in kinds:
        opened = sql.revive_step(job_id=job_id, kind=TaskKind.SPLIT)
    elif opened := sql.revive_pages(job_id=job_id, **_filters(query)):
        pages = len(opened)
        sql.block_assemble(job_id=job_id)
    else:
        opened = sql.revive_step(job_id=job_id, kind=TaskKind.ASSEMBLE)
    open_lanes(tx, ((row["pool"], met[0].user_id) for row in opened))
    state = JobState.QUEUED if TaskKind.SPLIT in kinds else JobState.PROCESSING
    job = sql.revive_job(job_id=job_id, state=state, pages=pages, now_ms=tx.now_ms)
    tell(tx, job_id, job["version"], EventKind.JOB_RETRIED, {"pages": pages, "engine": ""})
    return pages


def _words(query: DeadQuery, jobs: int, pages: int) -> str:
    asked = (f"{name} {getattr(query, name)}" for name in ("code", "engine", "since_ms"))
    given = [words for words in asked if not words.endswith((" ", " 0"))]
    return ", ".join([f"{jobs} jobs", f"{pages} pages", *given])


def _letter_of(row: Row) -> DeadLetter:
    return DeadLetter(
        task_id=row["id"],
        job_id=row["job_id"],
        user_id=row["user_id"],
        filename=row["filename"],
        job_state=JobState(row["job_state"]),
        kind=TaskKind(row["kind"]),
        page_no=row["page_no"],
        engine=row["engine"],
        failure=Failure(
            row["failure_code"], row["failure_message"] or "", row["failure_hint"] or ""
        ),
        attempts=row["attempt"],
        deaths=row["deaths"],
        at_ms=row["finished_ms"],
    )


def _reason_of(row: Row, example: Row) -> DeadReason:
    return DeadReason(
        row["failure_code"], row["tasks"], row["first_ms"], row["last_ms"], _letter_of(example)
    )


def _attempt_of(row: Row) -> PastAttempt:
    told = msgspec.json.decode(row["data"], type=dict[str, object])
    return PastAttempt(
        attempt=int(str(told["attempt"])),
        at_ms=row["at_ms"],
        failure=Failure(str(told.get("code", "")), str(told.get("message", ""))),
        has_died=bool(told.get("died")),
        is_final=row["kind"] != EventKind.PAGE_RETRY,
    )
