"""People in one house, and what is theirs."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pagemill.model.job import Job
from pagemill.model.people import Caller, Scope
from pagemill.model.task import Work
from pagemill.ports import NodeState
from pagemill.service import Asked, Target
from pagemill.testing.documents import text_pdf
from web_house import OUTPUT_FILES, LiveHouse

_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Things:
    """What one user has: a job in each of some states (each with a handle), an upload, a token, a
    file in the input folder. `key` is the idempotency key of the queued job. `secrets` are texts
    that nobody else may ever see.
    """

    user_id: str
    jobs: Mapping[str, Job]
    upload_id: str
    token_id: str
    key: str
    file: Path
    secrets: frozenset[str]


def settle(house: LiveHouse, user_id: str) -> Things:
    """New things. Nothing of them is ready to be worked on: what has begun is held elsewhere, so
    that whoever settles next changes nothing of theirs. What was stopped goes on.
    """
    go_on(house)
    name = f"{user_id}-{next(_NUMBERS)}"
    who = Caller(house.office.user(user_id), frozenset({Scope.READ, Scope.WRITE}))
    house.worker.said = f" So says {name}."
    house.worker.broken = {3}
    jobs = {
        state: _job(house, who, f"{name}-{state}", state)
        for state in ("completed", "processing", "queued", "paused")
    }
    with house.service.receive() as upload:
        upload.write(text_pdf([f"Kept by {name}"]))
        upload_id, kept = house.service.keep(upload, f"{name}-kept.pdf", who)
    token, text = house.office.add_token(user_id, f"token of {name}")
    file = house.server.config.app.state.house.config.input_folder / user_id / f"{name}-in.pdf"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text_pdf([f"Found by {name}"]))
    secrets = {user_id, name, upload_id, kept.sha256, token.id, text}
    for job in jobs.values():
        secrets |= {job.id, job.document.sha256}
    return Things(user_id, jobs, upload_id, token.id, f"key-{name}", file, frozenset(secrets))


def go_on(house: LiveHouse) -> None:
    """What was stopped, by whomever, is handed out again."""
    for stop in house.service.steering.stops():
        house.service.steering.resume(Target(stop.scope, stop.name))


def _job(house: LiveHouse, who: Caller, name: str, state: str) -> Job:
    asked = Asked(by=who, handle=f"handle-{name}", password=f"password-{name}")
    if state == "queued":
        asked["idempotency_key"] = f"key-{name.removesuffix('-queued')}"
    options = {"outputs": list(OUTPUT_FILES), "engine": "text"}
    with house.service.receive() as upload:
        upload.write(text_pdf([f"{name} page {n}" for n in (1, 2, 3)]))
        job = house.service.submit(upload, f"{name}.pdf", options, **asked).job
    match state:
        case "completed":
            house.worker.work_off()
        case "processing":
            house.worker.step()
            house.worker.step(1)
        case "paused":
            house.service.pause(job.id, who)
    _hold_elsewhere(house)
    found = house.service.ledger.job(job.id)
    assert found.state == state
    return found


def _hold_elsewhere(house: LiveHouse) -> None:
    """All that is ready begins on another machine, which says what it is at."""
    name, now_ms = f"machine-{next(_NUMBERS)}", house.service.clock.now_ms()
    if works := house.service.ledger.claim(f"{name}:1", (), 1000, 10_000):
        running = tuple(map(_at_work, works))
        node = NodeState(name, "1", name, 1, 8, ("text",), now_ms, now_ms, False, running)
        house.service.ledger.heartbeat(node, 10_000)


def _at_work(work: Work) -> dict[str, object]:
    fields = {"child": 1, "pid": 2, "task_id": work.task_id, "job_id": work.job_id}
    return fields | {"kind": work.kind, "page": work.page_no, "since_ms": 0, "memory_mb": 1.0}


def state_of(house: LiveHouse, things: Things) -> dict[str, object]:
    """All that could have changed."""
    ledger, shelf = house.service.ledger, house.service.shelf
    of_jobs = {
        job.id: (
            ledger.job(job.id),
            ledger.pages(job.id),
            ledger.events(job.id),
            ledger.password(job.id),
            [stored.key for stored in shelf.list(job.folder)],
            shelf.get(job.document.key),
        )
        for job in things.jobs.values()
    }
    return of_jobs | {
        "user": ledger.people.user(things.user_id),
        "tokens": ledger.people.tokens(things.user_id),
        "deeds": ledger.people.deeds(things.user_id, limit=10_000),
        "usage": ledger.people.usage(things.user_id),
        "upload": ledger.upload(things.upload_id, things.user_id),
        "file": things.file.read_bytes(),
    }


def nothing_like(things: Things) -> Things:
    """Things of the same form that do not exist."""
    jobs = {
        state: replace(
            job,
            id=job.id[::-1],
            handle=job.handle[::-1],
            document=replace(job.document, sha256=job.document.sha256[::-1]),
        )
        for state, job in things.jobs.items()
    }
    file = things.file.parents[1] / things.user_id[::-1] / f"{things.file.stem[::-1]}.pdf"
    return replace(
        things,
        user_id=things.user_id[::-1],
        jobs=jobs,
        upload_id=things.upload_id[::-1],
        token_id=things.token_id[::-1],
        key=things.key[::-1],
        file=file,
    )
