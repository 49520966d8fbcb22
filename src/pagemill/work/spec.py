"""How a child is started. Apart from `process`: children import this, and must start quickly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

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
