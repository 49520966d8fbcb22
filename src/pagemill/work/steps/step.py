"""Which step does a task, and what an error inside it means for the task."""

import errno
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from pagemill.errors import PagemillError
from pagemill.model.job import Failure
from pagemill.model.task import (
    AUTO_POOL,
    Away,
    GiveUp,
    Outcome,
    Retry,
    TaskKind,
    Work,
    pool_of,
)
from pagemill.ports import Tools
from pagemill.work.lectern import Lectern
from pagemill.work.steps.assemble import assemble
from pagemill.work.steps.read import read
from pagemill.work.steps.split import split

DISK_PAUSE_SECONDS = 2.0
ENGINE_PAUSE_SECONDS = 15.0
_MESSAGE_LETTERS = 300
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})
_Step = Callable[[Work, Tools, Lectern], Outcome]
_STEPS: dict[TaskKind, _Step] = {
    TaskKind.SPLIT: split,
    TaskKind.PAGE: read,
    TaskKind.ASSEMBLE: assemble,
}


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a task; `trouble` is the traceback of an error outside the
    catalogue, for the log.
    """

    outcome: Outcome
    trouble: str = ""


def perform(work: Work, tools: Tools, lectern: Lectern) -> Done:
    """Does the task and never raises but for what ends a process (SystemExit and the like)."""
    try:
        return Done(_STEPS[work.kind](work, tools, lectern))
    except PagemillError as error:
        return Done(outcome_of(error, work, lectern.asked_last))
    except Exception as error:  # noqa: BLE001  engines and parsers raise anything; all is told
        lectern.close()  # whatever broke may have broken the open document too
        return Done(outcome_of(error, work), traceback.format_exc())


def outcome_of(error: Exception, work: Work, engine: str = "") -> Outcome:
    """Pure. Space and engines that are away rest the pool; catalogue errors know whether another
    try can help; anything else may be luck and is tried again. `engine` is the one that was asked.
    """
    match error:
        case PagemillError(code="disk_full"):
            return Away(Failure.of(error), DISK_PAUSE_SECONDS)
        case PagemillError(code="engine_away"):
            pool = pool_of(engine) if engine and work.pool == AUTO_POOL else ""
            return Away(Failure.of(error), ENGINE_PAUSE_SECONDS, pool)
        case PagemillError(code="document_not_found"):
            return Retry(Failure.of(error))  # upkeep may have it aside for a moment
        case PagemillError():
            failure = Failure.of(error)
            return Retry(failure) if error.kind.is_retryable else GiveUp(failure)
        case MemoryError():
            return Retry(_failure("page_memory", ""))
        case OSError() if error.errno in _NO_SPACE:
            return Away(_failure("disk_full", ""), DISK_PAUSE_SECONDS)
        case _:
            code = "engine_failed" if work.kind is TaskKind.PAGE else "internal"
            return Retry(_failure(code, f"{type(error).__name__}: {error}"))


def _failure(code: str, message: str) -> Failure:
    return Failure.of(PagemillError(code, message[:_MESSAGE_LETTERS]))
