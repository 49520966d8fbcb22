"""The children of one parent: kept in number, fed one task each, held to their limits, replaced.

A spare child stands by with its imports done, so that a task whose child was killed runs again at
once and recycling a child leaves no gap. Used by one thread, the agent's.
"""

import selectors
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
import structlog

from pagemill.errors import PagemillError
from pagemill.model.job import Failure
from pagemill.model.task import Died, Outcome, Released, TaskKind, Work
from pagemill.ports import Clock
from pagemill.work.process import ChildProcess
from pagemill.work.reporting import ids_of, memory_of, states_of
from pagemill.work.spec import ChildLimits, ChildSpec
from pagemill.work.wire import Drop, Finished, Message, Ready, Started, Trouble

START_SECONDS = 60.0
WATCH_SECONDS = 0.25
GOODBYE_SECONDS = 5.0
_FIRST_WAIT, _LONGEST_WAIT = 0.25, 10.0
_LINES_AT_ONCE, _LINE_LETTERS = 20, 500
_DOING = {
    TaskKind.SPLIT: "opened the document",
    TaskKind.PAGE: "read the page",
    TaskKind.ASSEMBLE: "wrote the outputs",
}


@dataclass(frozen=True, slots=True)
class Result:
    """The end of a task as the children know it, `seconds` after its beginning."""

    work: Work
    outcome: Outcome
    seconds: float = 0.0


@dataclass(slots=True, eq=False)
class Child:
    """Times are monotonic. `since` is when it was started, or when its task began."""

    number: int
    process: ChildProcess
    born: float
    since: float
    is_ready: bool = False
    work: Work | None = None
    ahead: Work | None = None  # sent already, to be begun next
    has_started: bool = False
    tasks: int = 0
    memory_mb: float = 0.0

    @property
    def in_hand(self) -> list[Work]:
        return [work for work in (self.work, self.ahead) if work is not None]

    @property
    def is_free(self) -> bool:
        return self.is_ready and not self.in_hand


class Children:
    """`slots` tasks run at once, in `slots + spares` processes. `selector` is the agent's: it
    calls `handle` with the keys whose `data` is a child.
    """

    def __init__(
        self,
        spec: ChildSpec,
        limits: ChildLimits,
        slots: int,
        spares: int,
        clock: Clock,
        selector: selectors.BaseSelector,
    ) -> None:
        self._spec = spec
        self._limits = limits
        self._slots = slots
        self._spares = spares if slots else 0
        self._clock = clock
        self._selector = selector
        self._alive: list[Child] = []  # the one used last stands last
        self._leaving: list[tuple[ChildProcess, float]] = []
        self._made = 0
        self._failed_starts = 0
        self._spawn_at = 0.0
        self._watch_at = 0.0
        self._log = structlog.get_logger()

    # What the agent asks

    def free(self) -> int:
        """How many tasks could begin now."""
        ready = sum(1 for child in self._alive if child.is_free)
        busy = sum(1 for child in self._alive if child.in_hand)
        return max(0, min(ready, self._slots - busy))

    def room_ahead(self) -> int:
        """How many tasks could be sent ahead, to children that are busy with one."""
        return sum(1 for child in self._alive if child.work and not child.ahead)

    def in_hand(self) -> list[Work]:
        """Tasks begun and tasks sent ahead."""
        return [work for child in self._alive for work in child.in_hand]

    def states(self, now_ms: int) -> tuple[dict[str, object], ...]:
        """The busy children as `NodeState.running` has them."""
        return states_of(self._alive, self._clock.monotonic(), now_ms)

    def memory_mb(self) -> int:
        """Of all children and this process."""
        return memory_of(self._alive)

    def next_look(self) -> float:
        """When `keep_up` and `watch` want to be called again, in monotonic seconds."""
        lacking = len(self._alive) < self._wanted()
        return min(self._watch_at, self._spawn_at) if lacking else self._watch_at

    # What the agent orders

    def keep_up(self) -> None:
        """Starts what is missing, spares last. Children that die before they are ready are started
        again more and more slowly.
        """
        now = self._clock.monotonic()
        while len(self._alive) < self._wanted() and now >= self._spawn_at:
            self._spawn(now)

    def begin(self, work: Work) -> None:
        """Needs `free()`. The child used last is preferred: its engine is loaded, its document
        open.
        """
        child = next(c for c in reversed(self._alive) if c.is_free)
        self._alive.remove(child)
        self._alive.append(child)
        child.work, child.has_started, child.since = work, False, self._clock.monotonic()
        self._send(child, work)

    def send_ahead(self, work: Work) -> None:
        """Needs `room_ahead()`. To the child that has been busy longest: it is done first."""
        child = min((c for c in self._alive if c.work and not c.ahead), key=lambda c: c.since)
        child.ahead = work
        self._send(child, work)

    def stop(self, task_ids: set[int]) -> list[Work]:
        """Nobody wants the results of these tasks: takes back what was only sent ahead, and kills
        the children that work on the others. Tasks sent ahead to those are returned: they are as
        good as new.
        """
        spared = []
        for child in list(self._alive):
            if child.ahead and child.ahead.task_id in task_ids:
                self._take_back(child)
            if child.work and child.work.task_id in task_ids:
                spared += [child.ahead] if child.ahead else []
                self._kill(child)
        return spared

    def take_back(self) -> list[Work]:
        """All tasks sent ahead. Should one begin all the same, its result is not wanted."""
        return [work for child in self._alive if (work := self._take_back(child))]

    def end(self) -> list[Work]:
        """Kills them all and waits until they are gone; returns what was in hand."""
        in_hand = self.in_hand()
        for child in list(self._alive):
            self._kill(child)
        for process, _ in self._leaving:
            process.kill()
            process.reap()
        self._leaving.clear()
        self._slots = self._spares = 0
        return in_hand

    # What happens

    def handle(self, key: selectors.SelectorKey, mask: int) -> list[Result]:
        """For a selector key whose data is a child."""
        child: Child = key.data
        if child not in self._alive:
            return []
        if key.fd == child.process.output_fd:
            self._print(child)
            return []
        if mask & selectors.EVENT_WRITE:
            child.process.flush()
            self._register(child)
        return list(self._hear(child)) if mask & selectors.EVENT_READ else []

    def watch(self) -> list[Result]:
        """Holds children to their limits; looks four times a second however often it is called."""
        now = self._clock.monotonic()
        if now < self._watch_at:
            return []
        self._watch_at = now + WATCH_SECONDS
        self._see_off(now)
        results: list[Result] = []
        for child in list(self._alive):
            child.memory_mb = child.process.memory_mb()
            failure = self._offence(child, now)
            if failure is not None:
                results.extend(self._bury(child, failure))
            elif child.process.is_gone():
                results.extend(self._hear(child))
                if child in self._alive:  # something it left behind holds its line open
                    results.extend(self._mourn(child))
        return results

    def _hear(self, child: Child) -> Iterator[Result]:
        try:
            messages, is_open = child.process.receive()
        except (msgspec.DecodeError, KeyError) as error:
            self._log.error("child_talks_nonsense", child=child.number, error=str(error))
            yield from self._bury(child, _died("it sent something unreadable", child.work))
            return
        for message in messages:
            if child in self._alive:
                yield from self._take(child, message)
        if child in self._alive and not is_open:
            yield from self._mourn(child)

    def _take(self, child: Child, message: Message) -> Iterator[Result]:
        match message:
            case Ready():
                child.is_ready = True
                self._failed_starts = 0
            case Started(task_id) if child.work and child.work.task_id == task_id:
                child.has_started = True
            case Started():
                yield from self._let_go(child)  # it began what was taken back in the same moment
            case Trouble(task_id, traceback):
                self._log.warning("step_trouble", **_ids(child), task=task_id, traceback=traceback)
            case Finished() if child.work and child.work.task_id == message.task_id:
                work, seconds = child.work, self._clock.monotonic() - child.since
                child.work, child.ahead, child.has_started = child.ahead, None, False
                child.since += seconds
                child.tasks += 1
                yield Result(work, message.read(), seconds)
                self._recycle(child)
            case _:
                self._log.error("child_out_of_turn", **_ids(child), message=type(message).__name__)

    def _recycle(self, child: Child) -> None:
        """Between two tasks; a task that was sent ahead is done first."""
        is_old = child.tasks >= self._limits.recycle_tasks
        if child.is_free and (is_old or child.memory_mb >= self._limits.recycle_mb):
            self._log.debug("child_recycled", **_ids(child), memory_mb=round(child.memory_mb))
            self._part(child)
            self.keep_up()

    def _offence(self, child: Child, now: float) -> Failure | None:
        """Which limit the child has broken."""
        seconds = now - child.since
        if child.work is None:
            return None if child.is_ready or seconds < START_SECONDS else _died("start", None)
        limit = self._limits.seconds(child.work)
        if seconds > limit:
            message = f"Not done after {limit:g} seconds; the worker process was killed"
            return Failure.of(PagemillError("page_timeout", message))
        if child.memory_mb > self._limits.memory_mb:
            message = f"The worker process held {child.memory_mb:.0f} MB of memory and was killed"
            return Failure.of(PagemillError("page_memory", message))
        return None

    def _mourn(self, child: Child) -> Iterator[Result]:
        """The child went by itself."""
        how = child.process.how_it_ended()
        self._print(child)
        if not child.is_ready:
            self._failed_starts += 1
            wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** min(self._failed_starts - 1, 30))
            self._spawn_at = self._clock.monotonic() + wait
            self._log.error("child_cannot_start", **_ids(child), how=how, wait_seconds=wait)
        yield from self._bury(child, _died(how, child.work))

    def _bury(self, child: Child, failure: Failure) -> Iterator[Result]:
        """Ends the child and charges its task, if it had begun one."""
        if child.work is not None and child.has_started:
            ids = _ids(child)
            self._log.warning("child_died", **ids, code=failure.code, cause=failure.message)
            yield Result(child.work, Died(failure), self._clock.monotonic() - child.since)
            child.work = None
        yield from self._let_go(child)

    def _let_go(self, child: Child) -> Iterator[Result]:
        """Kills the child; what it had in hand is put back as if it had never been handed out."""
        in_hand = child.in_hand
        self._kill(child)
        yield from (Result(work, Released()) for work in in_hand)
        self.keep_up()

    def _take_back(self, child: Child) -> Work | None:
        work, child.ahead = child.ahead, None
        if work is not None:
            self._send(child, Drop(work.task_id))
        return work

    # Processes

    def _wanted(self) -> int:
        """Spares are not to slow down the start of those that have work waiting."""
        ready = sum(1 for child in self._alive if child.is_ready)
        return self._slots + (self._spares if ready >= self._slots else 0)

    def _spawn(self, now: float) -> None:
        self._made += 1
        child = Child(self._made, ChildProcess(self._spec), born=now, since=now)
        self._alive.insert(0, child)
        self._register(child)
        self._selector.register(child.process.output_fd, selectors.EVENT_READ, child)

    def _send(self, child: Child, message: Message) -> None:
        child.process.send(message)
        self._register(child)

    def _register(self, child: Child) -> None:
        mask = selectors.EVENT_READ
        if child.process.has_unsent:
            mask |= selectors.EVENT_WRITE
        known = self._selector.get_map().get(child.process.fd)
        if known is None:
            self._selector.register(child.process.fd, mask, child)
        elif known.events != mask:
            self._selector.modify(child.process.fd, mask, child)

    def _kill(self, child: Child) -> None:
        child.process.kill()
        self._part(child)

    def _part(self, child: Child) -> None:
        """Out of the round; its process is seen off by `watch`. Closing its line ends an idle
        child.
        """
        self._selector.unregister(child.process.fd)
        self._stop_listening(child)
        child.process.close()
        child.work = child.ahead = None
        self._alive.remove(child)
        self._leaving.append((child.process, self._clock.monotonic() + GOODBYE_SECONDS))

    def _see_off(self, now: float) -> None:
        still = []
        for process, patience in self._leaving:
            if process.is_gone():
                continue
            if now > patience:
                process.kill()
            still.append((process, patience))
        self._leaving = still

    def _stop_listening(self, child: Child) -> None:
        if child.process.output_fd in self._selector.get_map():
            self._selector.unregister(child.process.output_fd)

    def _print(self, child: Child) -> None:
        """Into the log with what C libraries and Python say on their way down."""
        printed = child.process.printed()
        if printed is None:
            self._stop_listening(child)
            return
        lines = printed.decode(errors="replace").splitlines()
        for line in lines[:_LINES_AT_ONCE]:
            self._log.info("child_output", **_ids(child), line=line[:_LINE_LETTERS])
        if len(lines) > _LINES_AT_ONCE:
            self._log.info("child_output", **_ids(child), dropped=len(lines) - _LINES_AT_ONCE)


def _died(how: str, work: Work | None) -> Failure:
    doing = f" while it {_DOING[work.kind]}" if work else ""
    return Failure.of(PagemillError("worker_died", f"The worker process died{doing}: {how}"))


def _ids(child: Child) -> dict[str, object]:
    ids: dict[str, object] = {"child": child.number, "pid": child.process.pid}
    if child.work is not None:
        ids |= ids_of(child.work)
    return ids
