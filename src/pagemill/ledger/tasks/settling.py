"""Taking work back: what follows from the outcome of an attempt, all in the transaction that
checked its token. The one place where counters move.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pagemill.access import in_force
from pagemill.ledger.intake import quotas
from pagemill.ledger.rows import Row, clean, failure_parameters, json_of, limits_of
from pagemill.ledger.statements import Transaction
from pagemill.ledger.tasks.circuits import Circuits
from pagemill.ledger.tasks.pages import Read, end_pages
from pagemill.ledger.tasks.revising import keep_reading
from pagemill.ledger.telling import change, open_lanes, tell
from pagemill.model.event import EventKind
from pagemill.model.job import Failure, JobState
from pagemill.model.pace import bucket_of
from pagemill.model.retention import Bounds
from pagemill.model.task import (
    CPU_POOL,
    AssembleDone,
    Away,
    Died,
    GiveUp,
    Missed,
    Moved,
    Outcome,
    PageDone,
    PagePlan,
    Released,
    Report,
    Reread,
    Retry,
    RetryPolicy,
    Settlement,
    SplitDone,
    TaskKind,
    TaskState,
    settle,
)


@dataclass(frozen=True, slots=True)
class Rules:
    """When a task is given up, and the chance that spreads attempts over time."""

    policy: RetryPolicy
    rng: random.Random
    bounds: Bounds = field(default_factory=Bounds)


def finish(tx: Transaction, reports: Sequence[Report], rules: Rules) -> list[bool]:
    """Whether each report still counted. One that came late (its token no longer holds the task)
    changes nothing.
    """
    circuits = Circuits(tx, rules.policy.breaker, rules.rng)
    held = _held(tx, reports)
    tasks = [held.pop((report.task_id, report.token), None) for report in reports]
    read: list[Read] = []
    others: list[tuple[Row, Outcome]] = []
    for task, report in zip(tasks, reports, strict=True):
        if task is None:
            continue
        circuits.hear(task, report.outcome)
        if task["kind"] == TaskKind.PAGE and isinstance(report.outcome, PageDone):
            read.append((task, report.outcome))
        else:
            others.append((task, report.outcome))
    for job_id, job in end_pages(tx, read).items():
        _after_page(tx, job_id, job, None)
    for task, outcome in others:
        _settle(tx, task, outcome, rules)
    circuits.write()
    return [task is not None for task in tasks]


def _held(tx: Transaction, reports: Sequence[Report]) -> dict[tuple[int, str], Row]:
    """Tasks in work by id and token. A worker that came back late has another token: for it there
    is no such task.
    """
    rows = tx.sql.running_tasks(ids=json_of([report.task_id for report in reports]))
    return {(row["id"], row["token"]): row for row in rows}


def _settle(tx: Transaction, task: Row, outcome: Outcome, rules: Rules) -> None:
    match TaskKind(task["kind"]), outcome:
        case TaskKind.SPLIT, SplitDone() as split:
            _split_done(tx, task, split, rules)
        case TaskKind.ASSEMBLE, (AssembleDone() | Reread()) if task["stale_token"] == task["token"]:
            _assemble_again(tx, task)
        case TaskKind.ASSEMBLE, AssembleDone() as assembled:
            _assemble_done(tx, task, assembled)
        case TaskKind.ASSEMBLE, Reread() as lost:
            _reread(tx, task, lost, rules)
        case _, (Retry() | GiveUp() | Died() | Away() | Moved() | Released()) as missed:
            miss(tx, task, missed, rules)
        case kind, senseless:
            miss(tx, task, GiveUp(_senseless(kind, senseless)), rules)


def _split_done(tx: Transaction, task: Row, split: SplitDone, rules: Rules) -> None:
    """Pages to read, and an assembly that waits for all of them."""
    if not split.pages:
        failure = Failure("no_such_pages", "None of the pages asked for is in the document")
        miss(tx, task, GiveUp(failure), rules)
        return
    job_id, user_id = task["job_id"], task["user_id"]
    plans = {plan.number: plan for plan in split.pages}
    limits = in_force(limits_of(tx.sql.find_user(user_id=user_id)), rules.bounds.user)
    too_many = quotas.take_pages(tx, user_id, limits, len(plans))
    if too_many is not None:
        miss(tx, task, GiveUp(too_many), rules)
        return
    state = _awake(task)
    tx.sql.end_task(id=task["id"], now_ms=tx.now_ms)
    tx.sql.set_document_pages(sha256=task["sha256"], pages=split.document_pages)
    tx.sql.add_pages([_page_parameters(task, state, plans[n]) for n in sorted(plans)])
    assembly = {
        "job_id": job_id,
        "kind": TaskKind.ASSEMBLE,
        "user_id": user_id,
        "pool": CPU_POOL,
        "state": int(TaskState.BLOCKED),
        "rank": task["rank"],
    }
    tx.sql.add_tasks([assembly])
    open_lanes(tx, ((plan.pool, user_id) for plan in plans.values()))
    job = tx.sql.begin_job(job_id=job_id, pages=len(plans), now_ms=tx.now_ms)
    if task["attempt"] == 1:  # later ones waited for something else too
        wait_ms = max(0, tx.now_ms - job["created_ms"])
        tx.count("wait", ms=wait_ms, bucket=bucket_of(wait_ms))
    tell(tx, job_id, job["version"], EventKind.JOB_STARTED, {"pages": len(plans)})


def _page_parameters(task: Row, state: TaskState, plan: PagePlan) -> dict[str, object]:
    return {
        "job_id": task["job_id"],
        "page_no": plan.number,
        "user_id": task["user_id"],
        "pool": plan.pool,
        "state": int(state),
        "rank": task["rank"],
        "engine": plan.engine,
        "reason": clean(plan.reason),
        "cache_key": plan.cache_key,
    }


def _after_page(tx: Transaction, job_id: str, job: Row, failure: Failure | None) -> None:
    """The commit that settles the last page wakes the assembly, or fails the job that has not one
    page to show.
    """
    if job["pages_left"] > 0:
        return
    if job["pages_done"] == 0:
        tx.sql.drop_assemble(job_id=job_id)
        fail(tx, job_id, _no_page_read(job["pages_total"], failure))
        return
    woken = tx.sql.wake_assemble(job_id=job_id, state=int(_awake(job)))
    open_lanes(tx, ((row["pool"], row["user_id"]) for row in woken))
    counts: dict[str, object] = {"done": job["pages_done"], "failed": job["pages_failed"]}
    change(tx, job_id, EventKind.JOB_ASSEMBLING, counts)


def _assemble_done(tx: Transaction, task: Row, assembled: AssembleDone) -> None:
    tx.sql.end_task(id=task["id"], now_ms=tx.now_ms)
    job = tx.sql.complete_job(
        job_id=task["job_id"],
        outputs=json_of(assembled.outputs),
        new_bytes=assembled.text_bytes + sum(file.size_bytes for file in assembled.outputs),
        now_ms=tx.now_ms,
    )
    tx.count("completed")
    data: dict[str, object] = {
        "done": job["pages_done"],
        "failed": job["pages_failed"],
        "outputs": list(dict.fromkeys(file.name for file in assembled.outputs)),
    }
    tell(tx, task["job_id"], job["version"], EventKind.JOB_COMPLETED, data)


def _assemble_again(tx: Transaction, task: Row) -> None:
    """A page was corrected while its outputs were written: one more assembly has the new text. A
    text that this one missed may be the one that was replaced.
    """
    again = Settlement(TaskState.READY, attempt_counts=False)
    _put_back(tx, task, again, task["errors"], task["deaths"])


def _reread(tx: Transaction, task: Row, lost: Reread, rules: Rules) -> None:
    """Lost page texts: their pages are left to do again, and assembly waits as it did before. When
    none of them was done it is the assembly that has failed, or it would ask for ever.
    """
    job_id = task["job_id"]
    found = (tx.sql.done_page(job_id=job_id, page_no=n) for n in sorted(set(lost.pages)))
    pages = [page for page in found if page is not None]
    if not pages:
        miss(tx, task, Retry(lost.failure), rules)
        return
    _put_back(tx, task, Settlement(TaskState.BLOCKED), task["errors"], task["deaths"])
    job: Row = {}
    for page in pages:
        tx.sql.uncache_page(
            user_id=page["user_id"],
            sha256=page["sha256"],
            page_no=page["page_no"],
            cache_key=page["cache_key"],
            job_id=job_id,
        )
        job = _unread(tx, page, lost.failure, rules)
    _after_page(tx, job_id, job, lost.failure)


def _unread(tx: Transaction, page: Row, failure: Failure, rules: Rules) -> Row:
    """One page that was done is not: an error of this page, settled like any other. Gives the
    counters of its job; what they mean is seen when all lost pages are settled.
    """
    errors = page["errors"] + 1
    end = settle(Retry(failure), errors, page["deaths"], rules.policy, rules.rng)
    _put_back(tx, page, end, errors, page["deaths"])
    is_dead = end.state is TaskState.DEAD
    tx.count("given_up" if is_dead else "retried", page["engine"])
    kind = EventKind.PAGE_FAILED if is_dead else EventKind.PAGE_RETRY
    return change(
        tx,
        page["job_id"],
        kind,
        _story(page, end, page["deaths"]),
        left=0 if is_dead else 1,
        done=-1,
        failed=int(is_dead),
        cached=-page["is_cached"],
    )


def miss(tx: Transaction, task: Row, outcome: Missed, rules: Rules) -> None:
    """An attempt that brought no result: again, later, or never."""
    errors = task["errors"] + isinstance(outcome, Retry)
    deaths = task["deaths"] + isinstance(outcome, Died)
    is_page = task["kind"] == TaskKind.PAGE
    last_code = str(task["failure_code"] or "") if is_page else ""
    end = settle(outcome, errors, deaths, rules.policy, rules.rng, last_code)
    _put_back(tx, task, end, errors, deaths, _other_pool(outcome))
    if end.state is TaskState.DEAD:
        _bury(tx, task, end, deaths)
    elif end.attempt_counts:
        if is_page:
            tx.count("retried", task["engine"])
        kind = EventKind.PAGE_RETRY if is_page else EventKind.STEP_RETRY
        change(tx, task["job_id"], kind, _story(task, end, deaths))


def _other_pool(outcome: Missed) -> str:
    return outcome.pool if isinstance(outcome, Away | Moved) else ""


def _put_back(
    tx: Transaction, task: Row, end: Settlement, errors: int, deaths: int, pool: str = ""
) -> None:
    """A paused job's task is held where another's would be ready or wait. `pool` is where it waits
    from now on, if not where it did.
    """
    is_open = end.state in {TaskState.READY, TaskState.WAITING}
    state = TaskState.HELD if is_open and _is_paused(task) else end.state
    tx.sql.put_back(
        id=task["id"],
        state=int(state),
        due_ms=tx.now_ms + end.delay_ms if state is TaskState.WAITING else None,
        attempts_back=int(not end.attempt_counts),
        errors=errors,
        deaths=deaths,
        now_ms=tx.now_ms,
        **failure_parameters(end.failure),
    )
    if pool:
        tx.sql.move_task(id=task["id"], pool=pool)
    if state is TaskState.READY:
        open_lanes(tx, [(pool or task["pool"], task["user_id"])])


def _bury(tx: Transaction, task: Row, end: Settlement, deaths: int) -> None:
    """A dead page is given up alone; a dead split or assembly takes the job with it."""
    failure = end.failure or Failure("internal", "The task ended without a reason")
    story = _story(task, end, deaths)
    if task["kind"] != TaskKind.PAGE:
        fail(tx, task["job_id"], failure, story)
        return
    tx.count("given_up", task["engine"])
    if task["kept"]:
        job = keep_reading(tx, task, story)
    else:
        job = change(tx, task["job_id"], EventKind.PAGE_FAILED, story, left=-1, failed=1)
    _after_page(tx, task["job_id"], job, failure)


def fail(
    tx: Transaction, job_id: str, failure: Failure, story: Mapping[str, object] | None = None
) -> None:
    """`story` is that of the step that could not be done, if one failed."""
    tx.count("failed")
    job = tx.sql.fail_job(job_id=job_id, now_ms=tx.now_ms, **failure_parameters(failure))
    data: dict[str, object] = {"code": failure.code, "message": clean(failure.message)}
    tell(tx, job_id, job["version"], EventKind.JOB_FAILED, data | dict(story or {}))


def _story(task: Row, end: Settlement, deaths: int) -> dict[str, object]:
    """The data of the four events about an attempt that brought no result."""
    is_page = task["kind"] == TaskKind.PAGE
    story: dict[str, object] = {"page": task["page_no"]} if is_page else {"step": task["kind"]}
    if end.failure is not None:
        story |= {"code": end.failure.code, "message": clean(end.failure.message)}
    story |= {"attempt": task["attempt"], "node": _node(task), "died": end.has_died}
    return story | {"deaths": deaths} if end.state is TaskState.DEAD else story


def _node(task: Row) -> str:
    """Whose attempt it was; "" where nobody was at it."""
    return str(task["owner"] or "").rpartition(":")[0]


def _awake(row: Row) -> TaskState:
    """What a task that could be claimed now is: ready, or held while its job is paused."""
    return TaskState.HELD if _is_paused(row) else TaskState.READY


def _is_paused(row: Row) -> bool:
    state = row["job_state"] if "job_state" in row.keys() else row["state"]  # noqa: SIM118  rows are no dicts
    return bool(state == JobState.PAUSED)


def _no_page_read(total: int, last: Failure | None) -> Failure:
    message = f"None of {total} pages could be read"
    if last is not None:
        message += f"; the last one: {last.message}"
    return Failure("no_page_read", message, last.hint if last is not None else "")


def _senseless(kind: TaskKind, outcome: Outcome) -> Failure:
    return Failure("internal", f"A {kind} task ended with {type(outcome).__name__}")
