"""Steps of a long command: a bar for each, where a person looks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pagemill.cli.screen import Screen

if TYPE_CHECKING:
    from rich.progress import TaskID

NAMES = {
    "documents": "Documents",
    "jobs": "Jobs and their files",
    "counts": "Counts, lanes, leases",
    "strays": "What nobody knows",
    "ledger": "The ledger",
    "files": "Files",
    "sync": "Onto the disk",
}


@contextmanager
def shown_steps(screen: Screen) -> Iterator[Callable[[str, int, int], None]]:
    """Called with a step of `NAMES`, how much of it is done, and of how much (0: nobody knows)."""
    if not screen.is_live or screen.is_json:
        yield lambda _name, _done, _total: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=screen.console,
        transient=True,
    ) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(NAMES[name], total=None)
            bars.update(tasks[name], completed=done, total=total or None)

        yield tell
