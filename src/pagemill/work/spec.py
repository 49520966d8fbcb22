"""How a child is started and held. Apart from `process`: children import this and start quickly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pagemill.model.task import TaskKind, Work
from pagemill.work.wire import Hello


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """How to start a child. The program gets two more arguments: the number of the descriptor it
    talks over and the process id of its parent. `hello` is the first line it reads. `environment`
    is laid over the parent's own. In `scratch`, if given, each child gets a folder of its own for
    temporary files (TMPDIR), removed once it has ended, however it ended.
    """

    command: Sequence[str]
    hello: Hello
    environment: Mapping[str, str] = field(default_factory=dict)
    scratch: Path | None = None


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What a child may use. MB are resident memory (RSS); seconds are per task.

    At `memory_mb` it is killed; at `recycle_mb` or after `recycle_tasks` it is replaced between
    two tasks.
    """

    memory_mb: int
    recycle_mb: int
    recycle_tasks: int
    split_seconds: float
    page_seconds: float
    assemble_seconds: float

    def seconds(self, work: Work) -> float:
        """Users may have set another time for their own pages. The first attempt at a split looks
        into pages, which may be hostile, so it gets no more time than a page; the second does not.
        """
        match work.kind:
            case TaskKind.SPLIT if work.attempt == 1:
                return min(self.split_seconds, self.page_seconds)
            case TaskKind.SPLIT:
                return self.split_seconds
            case TaskKind.ASSEMBLE:
                return self.assemble_seconds
            case TaskKind.PAGE:
                return work.page_seconds or self.page_seconds
