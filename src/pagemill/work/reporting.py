"""What a node says of its children: which are busy, with what, for how long, in how much memory."""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pagemill.model.task import Work
from pagemill.work.process import memory_mb

if TYPE_CHECKING:
    from pagemill.work.children import Child


def states_of(
    children: Iterable["Child"], now: float, now_ms: int
) -> tuple[dict[str, object], ...]:
    """The busy children as `NodeState.running` has them; `now` is monotonic, as their times are."""
    busy = [(child, child.work) for child in children if child.work is not None]
    return tuple(_state(child, work, now, now_ms) for child, work in busy)


def _state(child: "Child", work: Work, now: float, now_ms: int) -> dict[str, object]:
    return {
        "child": child.number,
        "pid": child.process.pid,
        "task_id": work.task_id,
        "job_id": work.job_id,
        "user_id": work.user_id,
        "kind": str(work.kind),
        "page": work.page_no,
        "engine": work.engine,
        "attempt": work.attempt,
        "since_ms": now_ms - round(1000 * (now - child.since)),
        "memory_mb": round(child.memory_mb),
        "child_since_ms": now_ms - round(1000 * (now - child.born)),
        "child_tasks": child.tasks,
    }


def ids_of(work: Work) -> dict[str, object]:
    """What a log line about a task names."""
    return {
        "job": work.job_id,
        "kind": str(work.kind),
        "page": work.page_no,
        "user": work.user_id,
        "attempt": work.attempt,
    }


def memory_of(children: Iterable["Child"]) -> int:
    """MB of resident memory: this process and its children."""
    return round(memory_mb(os.getpid()) + sum(child.memory_mb for child in children))
