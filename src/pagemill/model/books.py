"""The books of a job: its counters and its tasks, and what is wrong where they disagree. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pagemill.model.document import Document
from pagemill.model.job import JobState, OutputFile
from pagemill.model.task import TaskState

_MOVING = frozenset({TaskState.READY, TaskState.RUNNING, TaskState.WAITING})
_OPEN = _MOVING | {TaskState.HELD}


class Wrong(StrEnum):
    """`COUNTERS`: they say something else than the tasks. `STUCK`: the job has not ended, and
    nothing will ever move it on. `LOOSE`: it has ended, and tasks of it may still be claimed.
    """

    COUNTERS = "counters"
    STUCK = "stuck"
    LOOSE = "loose"


@dataclass(frozen=True, slots=True)
class Counters:
    """Of pages. `total` is None until the document was opened."""

    total: int | None
    left: int
    done: int
    failed: int
    cached: int


@dataclass(frozen=True, slots=True)
class JobBook:
    """All that the ledger knows of how far a job is, at one moment. `pages` counts page tasks by
    state; `split` and `assembly` are None where there is no such task.
    """

    id: str
    user_id: str
    state: JobState
    version: int
    updated_ms: int
    document: Document
    is_document_lost: bool
    counters: Counters
    pages: Mapping[TaskState, int]
    cached: int
    split: TaskState | None
    assembly: TaskState | None
    outputs: tuple[OutputFile, ...] = field(default=())

    @property
    def counted(self) -> Counters:
        """What the counters should say."""
        total = sum(self.pages.values())
        done, failed = self._count(TaskState.DONE), self._count(TaskState.DEAD)
        return Counters(total or None, total - done - failed, done, failed, self.cached)

    @property
    def wrongs(self) -> tuple[Wrong, ...]:
        return tuple(self._wrongs())

    @property
    def needs_document(self) -> bool:
        """Whether it cannot end well without the document's bytes."""
        return not self.state.is_final and (self.counted.total is None or self.counted.left > 0)

    @property
    def needs_page_texts(self) -> bool:
        """Of pages that are done: to be assembled, or to be shown to whoever asks for a page. A
        completed job whose document is lost keeps what it has.
        """
        match self.state:
            case JobState.PROCESSING | JobState.PAUSED:
                return True
            case JobState.COMPLETED:
                return not self.is_document_lost
            case _:
                return False

    def _wrongs(self) -> Iterator[Wrong]:
        if self.counters != self.counted:
            yield Wrong.COUNTERS
        states = {state for state, count in self.pages.items() if count}
        states |= {state for state in (self.split, self.assembly) if state is not None}
        if self.state.is_final:
            if states & _OPEN:
                yield Wrong.LOOSE
        elif not self._goes_on(states):
            yield Wrong.STUCK

    def _goes_on(self, states: set[TaskState]) -> bool:
        """A job that is not paused never goes on with a task that is held."""
        if self.state is JobState.PAUSED:
            return bool(states & _OPEN)
        return bool(states & _MOVING) and TaskState.HELD not in states

    def _count(self, state: TaskState) -> int:
        return self.pages.get(state, 0)
