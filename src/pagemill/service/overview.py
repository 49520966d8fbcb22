"""The house as a whole: what waits, who works, how much may come. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pagemill.model.history import Past, Stretch
from pagemill.model.pace import eta_seconds, pages_ahead
from pagemill.ports import Chores, Clock, Ledger, NodeState, QueueStats, Tally

TOP_USERS = 20


@dataclass(frozen=True, slots=True)
class Capacity:
    """What the machines can do now; `wait_seconds` is a guess for a page sent now."""

    nodes: int
    slots: int
    busy: int
    waiting_pages: int
    wait_seconds: float | None


@dataclass(frozen=True, slots=True)
class Overview:
    """A node that was silent for `node_silence_ms` counts as gone."""

    ledger: Ledger
    clock: Clock
    node_silence_ms: int

    def queue(self, top: int = TOP_USERS, user_id: str = "") -> QueueStats:
        """With the time it will all be done, as far as anybody can say; see `Figures.queue`."""
        stats = self.ledger.figures.queue(top, user_id)
        return replace(stats, eta_seconds=_eta(stats, _slots(self._alive())))

    def history(self, past: Past) -> list[Stretch]:
        return self.ledger.figures.history(past)

    def tallies(self) -> list[Tally]:
        return self.ledger.figures.tallies()

    def chores(self) -> Chores:
        return self.ledger.figures.chores()

    def ledger_trips(self) -> int:
        return self.ledger.trips()

    def job_counts(self, user_id: str = "") -> dict[str, int]:
        """Jobs by state, everybody's or one user's."""
        return self.ledger.figures.job_counts(user_id)

    def nodes(self) -> list[NodeState]:
        return self.ledger.nodes()

    def is_alive(self, node: NodeState) -> bool:
        return self.clock.now_ms() - node.seen_ms <= self.node_silence_ms

    def capacity(self, stats: QueueStats | None = None) -> Capacity:
        """`stats` are asked for if they are not given."""
        alive = self._alive()
        slots = _slots(alive)
        stats = stats or self.ledger.figures.queue(top=0)
        waiting = stats.waiting_pages
        wait = None
        if slots and stats.mean_page_ms is not None:
            wait = waiting * stats.mean_page_ms / 1000 / slots
        busy = sum(len(node.running) for node in alive)
        return Capacity(len(alive), slots, busy, waiting, wait)

    def _alive(self) -> list[NodeState]:
        return [node for node in self.nodes() if self.is_alive(node)]


def _slots(alive: Iterable[NodeState]) -> int:
    return sum(node.slots for node in alive if not node.is_draining)


def _eta(stats: QueueStats, slots: int) -> float | None:
    """What is in work counts as still to be read. Nobody knows how long a stopped queue rests."""
    if stats.is_stopped:
        return None
    at_hand = stats.waiting_pages + stats.pages.get("running", 0)
    pages = pages_ahead(at_hand, stats.jobs.get("queued", 0), stats.pages_per_job)
    return eta_seconds(pages, stats.pages_per_second, stats.mean_page_ms, slots)
