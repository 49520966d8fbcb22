"""Rows and lines of the `queue` commands: engines, workers, what was given up, what is stopped."""

from collections.abc import Iterator
from datetime import UTC, datetime

from pagemill.cli.screen import about, size
from pagemill.client import (
    DeadLetterInfo,
    EngineInfo,
    OrderInfo,
    ReasonInfo,
    StopInfo,
    WorkerInfo,
    WorkInfo,
)

ENGINE_COLUMNS = ("Engine", ">Running", ">Limit", ">Ready", ">Later", "State")
REASON_COLUMNS = ("Code", ">Count", "Last", "Again", "Example")
WORKER_COLUMNS = ("Worker", "State", ">Seen", ">Up", ">Busy", ">Memory", "Engines")
WORK_COLUMNS = ("Job", "At", ">For", ">Memory", "Worker")
MB = 1024 * 1024
_STEPS = {"split": "opening", "assemble": "writing"}


def subject(order: OrderInfo) -> str:
    """What an order or a stop is about, at the beginning of a sentence."""
    return _subject(order.scope, order.name)


def stop_words(stop: StopInfo) -> str:
    by = f", by {stop.by}" if stop.by else ""
    lasted = about(_seconds_since(stop.since))
    return f"{_subject(stop.scope, stop.name)} has been stopped for {lasted}{by}."


def _subject(scope: str, name: str) -> str:
    return {"user": f"The work of {name}", "engine": f"The engine {name}"}.get(scope, "The queue")


def work_words(work: WorkInfo) -> str:
    return f"{step(work.kind, work.page)} of {work.job} on {work.worker}"


def step(kind: str, page: int | None) -> str:
    return f"page {page}" if page else _STEPS.get(kind, kind)


def engine_row(engine: EngineInfo) -> tuple[str, ...]:
    limit = "" if engine.max_running is None else f"{engine.max_running:,}"
    counts = (f"{engine.ready:,}", f"{engine.waiting:,}")
    return (engine.name, f"{engine.running:,}", limit, *counts, _engine_state(engine))


def _engine_state(engine: EngineInfo) -> str:
    words = ["stopped"] if engine.stopped else []
    if engine.resting_until:
        words.append(f"away, tried again in {about(-_seconds_since(engine.resting_until))}")
    elif engine.trips:
        words.append("was away, one page is tried")
    return ", ".join(words)


def dead_row(letter: DeadLetterInfo) -> tuple[str, ...]:
    """For programs; a person gets `dead_lines`."""
    return (
        letter.job,
        step(letter.kind, letter.page),
        letter.error.code,
        letter.at,
        letter.user,
        str(letter.attempts),
        letter.engine,
        letter.filename,
        letter.error.message,
    )


def dead_lines(letter: DeadLetterInfo) -> Iterator[tuple[str, ...]]:
    what = step(letter.kind, letter.page)
    yield letter.job, what, letter.error.code, ago(letter.at)
    yield (f"    {letter.user}, {letter.filename}: {letter.error.message}",)


def reason_row(reason: ReasonInfo) -> tuple[str, ...]:
    again = "cannot help" if reason.hopeless else "may help"
    example = reason.example
    where = f"{example.filename}, {step(example.kind, example.page)}: {example.error.message}"
    return (reason.code, f"{reason.count:,}", ago(reason.last_at), again, where)


def worker_row(worker: WorkerInfo) -> tuple[str, ...]:
    state = "draining" if worker.draining else "working" if worker.running else "idle"
    memory = worker.memory_mb or sum(one.get("memory_mb") or 0 for one in worker.running)
    heard = worker.heartbeat_age_seconds
    return (
        worker.id,
        state if worker.alive else "gone",
        ago(worker.seen_at) if heard is None else f"{about(heard)} ago",
        about(_seconds_since(worker.started_at)),
        f"{len(worker.running)}/{worker.slots}",
        size(memory * MB) if memory else "",
        ", ".join(worker.engines),
    )


def work_rows(worker: WorkerInfo) -> Iterator[tuple[str, ...]]:
    """What a machine is at; which jobs, only admins are told."""
    for one in worker.running:
        seconds, memory = one.get("seconds"), one.get("memory_mb")
        yield (
            str(one.get("job_id") or ""),
            step(str(one.get("kind")), one.get("page")),
            "" if seconds is None else about(seconds),
            size(memory * MB) if memory else "",
            worker.id,
        )


def ago(moment: str) -> str:
    return f"{about(_seconds_since(moment))} ago"


def _seconds_since(moment: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()
