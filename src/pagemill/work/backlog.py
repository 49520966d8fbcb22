"""Tasks that an agent has claimed and that wait for a child of its own."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from pagemill.model.task import Work


class Backlog:
    """In the order in which they were claimed, but for this: what newcomers got in advance is begun
    first, and then the next task is one of the user who has least in hand here. What was claimed
    ahead for one user holds up nobody who comes later.
    """

    def __init__(self) -> None:
        self._works: list[Work] = []

    def __len__(self) -> int:
        return len(self._works)

    def __iter__(self) -> Iterator[Work]:
        return iter(self._works)

    def add(self, works: Iterable[Work]) -> None:
        self._works.extend(works)

    def take(self, in_hand: Iterable[Work]) -> Work:
        """Raises ValueError when nothing waits."""
        busy = Counter(work.user_id for work in in_hand)
        chosen = min(self._works, key=lambda work: (not work.is_advanced, busy[work.user_id]))
        self._works.remove(chosen)
        return chosen

    def take_all(self) -> list[Work]:
        works, self._works = self._works, []
        return works

    def keep(self, works: Iterable[Work], task_ids: Collection[int]) -> None:
        """These come first from now on, and of all only those with these ids stay."""
        self._works = [work for work in (*works, *self._works) if work.task_id in task_ids]
