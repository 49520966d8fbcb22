"""Setting right what does not agree, each in a transaction that has looked again."""

from collections.abc import Mapping
from dataclasses import replace

import msgspec

from pagemill.ledger.rows import Row, document_of
from pagemill.ledger.statements import Statements, Transaction
from pagemill.ledger.tasks.settling import fail
from pagemill.ledger.telling import change, open_lanes
from pagemill.model.books import Counters, JobBook, Wrong
from pagemill.model.event import EventKind
from pagemill.model.job import Failure, JobState, OutputFile
from pagemill.model.task import CPU_POOL, TaskKind, TaskState
from pagemill.ports.books import KeptCount

LOST = Failure(
    "document_lost",
    "The bytes of the document are gone from the shelf, or no longer what was sent",
    "Send the file again; pages that were read are kept and answer for it.",
)
_NOTHING_READ = Failure("no_page_read", "No page of the job was read")


def books_of(sql: Statements, first: str, last: str, limit: int) -> list[JobBook]:
    return [_book_of(row) for row in sql.job_books(first=first, last=last, limit=limit)]


def book_of(sql: Statements, job_id: str) -> JobBook | None:
    return next(iter(books_of(sql, job_id, job_id, 1)), None)


def mend_job(tx: Transaction, job_id: str) -> tuple[Wrong, ...]:
    book = book_of(tx.sql, job_id)
    if book is None or not book.wrongs:
        return ()
    wrongs = book.wrongs
    if Wrong.COUNTERS in wrongs:
        book = _set_counters(tx, book)
    if book.state.is_final:
        tx.sql.cancel_tasks(job_id=job_id)
    elif Wrong.STUCK in book.wrongs:
        _let_go_on(tx, book)
    _tell(tx, job_id, found=[str(wrong) for wrong in wrongs])
    return wrongs


def redo(
    tx: Transaction, job_id: str, lost: Mapping[int, str], version: int, *, outputs: bool
) -> bool:
    book = book_of(tx.sql, job_id)
    if book is None or not book.needs_page_texts or book.is_document_lost:
        return False
    is_done = book.state is JobState.COMPLETED
    if (is_done and book.version != version) or book.assembly is TaskState.RUNNING:
        return False
    found = (_still_done(tx, job_id, number, token) for number, token in sorted(lost.items()))
    pages = [page for page in found if page is not None]
    if not pages and not (outputs and is_done):
        return False
    if is_done:
        tx.sql.reopen_completed(job_id=job_id, now_ms=tx.now_ms)
    tx.sql.block_assemble(job_id=job_id)
    for page in pages:
        _unread(tx, page, book.state)
    if not pages:
        _wake_assembly(tx, book)
    _tell(tx, job_id, left=len(pages), cached=-sum(page["is_cached"] for page in pages))
    return True


def give_up_document(tx: Transaction, job_id: str) -> bool:
    book = book_of(tx.sql, job_id)
    if book is None:
        return False
    if book.needs_document:
        tx.sql.cancel_tasks(job_id=job_id)
        fail(tx, job_id, LOST)
        return True
    if book.state is not JobState.COMPLETED or tx.sql.is_damage_told(job_id=job_id):
        return False
    data: dict[str, object] = {"code": LOST.code, "message": LOST.message}
    change(tx, job_id, EventKind.JOB_DAMAGED, data)
    return True


def wrong_tallies(sql: Statements) -> list[KeptCount]:
    jobs = [
        KeptCount(row["user_id"], row["state"], row["kept"], row["counted"])
        for row in sql.wrong_job_tallies()
    ]
    return jobs + [
        KeptCount(row["user_id"], _name(row["state"]), row["kept"], row["counted"], row["engine"])
        for row in sql.wrong_page_tallies()
    ]


def mend_tallies(tx: Transaction) -> int:
    """Nobody else writes while it counts."""
    wrong = wrong_tallies(tx.sql)
    for tally in wrong:
        if tally.engine is None:
            tx.sql.set_job_tally(user_id=tally.user_id, state=tally.state, jobs=tally.counted)
        else:
            tx.sql.set_page_tally(
                user_id=tally.user_id,
                engine=tally.engine,
                state=int(TaskState[tally.state.upper()]),
                pages=tally.counted,
            )
    return len(wrong)


def open_closed_lanes(tx: Transaction) -> int:
    closed = [(row["pool"], row["user_id"]) for row in tx.sql.closed_lanes()]
    open_lanes(tx, closed)
    return len(closed)


def _set_counters(tx: Transaction, book: JobBook) -> JobBook:
    """A job that is said to be completed and has pages left to read goes on."""
    counters = book.counted
    is_early = book.state is JobState.COMPLETED and counters.left > 0
    if is_early:
        tx.sql.reopen_completed(job_id=book.id, now_ms=tx.now_ms)
        tx.sql.block_assemble(job_id=book.id)
    tx.sql.set_counters(
        job_id=book.id,
        total=counters.total,
        left=counters.left,
        done=counters.done,
        failed=counters.failed,
        cached=counters.cached,
    )
    state = JobState.PROCESSING if is_early else book.state
    return replace(book, state=state, counters=counters)


def _let_go_on(tx: Transaction, book: JobBook) -> None:
    """The first step that is missing is ready again; a paused job's is held."""
    state, counters = _awake(book), book.counters
    if counters.total is None:
        woken = tx.sql.wake_split(job_id=book.id, state=state)
        if not woken:
            _add_task(tx, book, TaskKind.SPLIT, state)
    elif counters.left > 0:
        woken = tx.sql.wake_pages(job_id=book.id, state=state)
        if book.assembly is None:
            _add_task(tx, book, TaskKind.ASSEMBLE, int(TaskState.BLOCKED))
        else:
            tx.sql.block_assemble(job_id=book.id)
    elif counters.done == 0:
        woken = []
        tx.sql.cancel_tasks(job_id=book.id)
        fail(tx, book.id, _NOTHING_READ)
    else:
        woken = []
        tx.sql.block_assemble(job_id=book.id)
        _wake_assembly(tx, book)
    open_lanes(tx, ((row["pool"], row["user_id"]) for row in woken))


def _wake_assembly(tx: Transaction, book: JobBook) -> None:
    woken = tx.sql.wake_assemble(job_id=book.id, state=_awake(book))
    open_lanes(tx, ((row["pool"], row["user_id"]) for row in woken))
    if not woken:
        _add_task(tx, book, TaskKind.ASSEMBLE, _awake(book))


def _add_task(tx: Transaction, book: JobBook, kind: TaskKind, state: int) -> None:
    task: dict[str, object] = {
        "job_id": book.id,
        "kind": kind,
        "user_id": book.user_id,
        "pool": CPU_POOL,
        "state": state,
        "rank": tx.now_ms,
    }
    tx.sql.add_tasks([task])
    open_lanes(tx, [(CPU_POOL, book.user_id)])


def _still_done(tx: Transaction, job_id: str, number: int, token: str) -> Row | None:
    page: Row | None = tx.sql.done_page(job_id=job_id, page_no=number)
    return page if page is not None and page["token"] == token else None


def _unread(tx: Transaction, page: Row, state: JobState) -> None:
    """A page whose text is lost is as good as new: that is no fault of its own."""
    is_held = state is JobState.PAUSED
    tx.sql.uncache_page(
        user_id=page["user_id"],
        sha256=page["sha256"],
        page_no=page["page_no"],
        cache_key=page["cache_key"],
        job_id=page["job_id"],
    )
    tx.sql.put_back(
        id=page["id"],
        state=int(TaskState.HELD if is_held else TaskState.READY),
        due_ms=None,
        attempts_back=0,
        errors=0,
        deaths=0,
        now_ms=tx.now_ms,
        code=None,
        message=None,
        hint=None,
    )
    open_lanes(tx, [(page["pool"], page["user_id"])])


def _tell(
    tx: Transaction, job_id: str, *, left: int = 0, cached: int = 0, found: list[str] | None = None
) -> None:
    data: dict[str, object] = {"found": found or ["files"], "pages": left}
    change(tx, job_id, EventKind.JOB_REPAIRED, data, left=left, done=-left, cached=cached)


def _awake(book: JobBook) -> int:
    return int(TaskState.HELD if book.state is JobState.PAUSED else TaskState.READY)


def _name(state: int) -> str:
    return TaskState(state).name.lower()


def _book_of(row: Row) -> JobBook:
    return JobBook(
        id=row["id"],
        user_id=row["user_id"],
        state=JobState(row["state"]),
        version=row["version"],
        updated_ms=row["updated_ms"],
        document=document_of(row),
        is_document_lost=row["lost_ms"] is not None,
        counters=Counters(
            row["pages_total"],
            row["pages_left"],
            row["pages_done"],
            row["pages_failed"],
            row["pages_cached"],
        ),
        pages={state: int(row[state.name.lower()]) for state in TaskState},
        cached=int(row["cached"]),
        split=_state_of(row["split"]),
        assembly=_state_of(row["assembly"]),
        outputs=msgspec.json.decode(row["outputs"], type=tuple[OutputFile, ...]),
    )


def _state_of(number: int | None) -> TaskState | None:
    return None if number is None else TaskState(number)
