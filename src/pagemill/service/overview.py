"""The house as a whole: what waits, who works, how much may come. Reads only."""

from dataclasses import dataclass

from pagemill.ports import Backlog, Clock, Ledger, NodeState, QueueStats


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

    def queue(self) -> QueueStats:
        return self.ledger.queue()

    def ledger_trips(self) -> int:
        return self.ledger.trips()

    def job_counts(self) -> dict[str, int]:
        """Everybody's jobs by state."""
        return self.ledger.job_counts()

    def active_counts(self) -> dict[str, int]:
        """Everybody's jobs that are queued or processing, by state."""
        return self.ledger.active_counts()

    def backlog(self) -> Backlog:
        return self.ledger.backlog()

    def nodes(self) -> list[NodeState]:
        return self.ledger.nodes()

    def is_alive(self, node: NodeState) -> bool:
        return self.clock.now_ms() - node.seen_ms <= self.node_silence_ms

    def capacity(self) -> Capacity:
        alive = [node for node in self.nodes() if self.is_alive(node)]
        slots = sum(node.slots for node in alive if not node.is_draining)
        stats = self.queue()
        waiting = sum(stats.tasks.get(state, 0) for state in ("ready", "waiting"))
        wait = None
        if slots and stats.mean_page_ms is not None:
            wait = waiting * stats.mean_page_ms / 1000 / slots
        busy = sum(len(node.running) for node in alive)
        return Capacity(len(alive), slots, busy, waiting, wait)
