"""Pages that were read, many at a time: a few statements for all, one for each of their jobs."""

from collections import defaultdict
from collections.abc import Sequence

from pagemill.ledger.rows import Row, json_of, kept_token
from pagemill.ledger.statements import Transaction
from pagemill.ledger.telling import tell_all
from pagemill.model.event import Event, EventKind
from pagemill.model.pace import bucket_of
from pagemill.model.page import page_key
from pagemill.model.task import PageDone

Read = tuple[Row, PageDone]


def end_pages(tx: Transaction, read: Sequence[Read]) -> dict[str, Row]:
    """Gives the counters of the jobs whose pages these were. Each page is a change of its own, with
    a version and an event.
    """
    if not read:
        return {}
    for _, page in read:
        _count(tx, page)
    tx.sql.end_pages([_end(tx, task, page) for task, page in read])
    if again := [task for task, _ in read if task["attempt"] > 1]:
        _supersede(tx, again)
    if to_cache := [_cached(task) for task, _ in read if task["cache_key"]]:
        tx.sql.cache_pages(to_cache)
    by_job: dict[str, list[Read]] = defaultdict(list)
    for task, page in read:
        by_job[task["job_id"]].append((task, page))
    jobs, events = {}, []
    for job_id, pages in sorted(by_job.items()):
        job = jobs[job_id] = tx.sql.change_job(
            job_id=job_id,
            changes=len(pages),
            left=-len(pages),
            done=len(pages),
            failed=0,
            cached=sum(page.is_cached for _, page in pages),
            now_ms=tx.now_ms,
        )
        first = job["version"] - len(pages) + 1
        events += [
            Event(job_id, first + n, tx.now_ms, EventKind.PAGE_DONE, _story(task, page))
            for n, (task, page) in enumerate(pages)
        ]
    tell_all(tx, events)
    return jobs


def _supersede(tx: Transaction, tasks: Sequence[Row]) -> None:
    """These may have been read before: corrections of that text, and the text, are of the past."""
    tx.sql.supersede_corrections(
        [{"job_id": task["job_id"], "page_no": task["page_no"]} for task in tasks]
    )
    for task in tasks:
        if token := kept_token(task):
            discard_text(tx, task["job_id"], task["page_no"], token)


def discard_text(tx: Transaction, job_id: str, page_no: int, token: str) -> None:
    """A page text that another has replaced goes to the trash."""
    tx.sql.add_trash(key=page_key(job_id, page_no, token), is_folder=False, now_ms=tx.now_ms)


def _count(tx: Transaction, page: PageDone) -> None:
    if page.is_cached:
        tx.count("cached", page.engine)
    else:
        tx.count("run", page.engine, page.run_ms, bucket_of(page.run_ms))


def _end(tx: Transaction, task: Row, page: PageDone) -> dict[str, object]:
    return {
        "id": task["id"],
        "engine": page.engine,
        "is_cached": page.is_cached,
        "run_ms": page.run_ms,
        "confidence": page.confidence,
        "flags": json_of(page.flags),
        "now_ms": tx.now_ms,
    }


def _cached(task: Row) -> dict[str, object]:
    names = ("user_id", "sha256", "page_no", "cache_key", "job_id", "token")
    return {name: task[name] for name in names}


def _story(task: Row, page: PageDone) -> dict[str, object]:
    return {
        "page": task["page_no"],
        "engine": page.engine,
        "cached": page.is_cached,
        "ms": page.run_ms,
        "attempt": task["attempt"],
    }
