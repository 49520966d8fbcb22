"""The node agent: claims tasks, hands them to children, reports what became of them.

One loop on one thread in a process of its own, and on its machine the only writer of the queue.
It sleeps until a child speaks, the bell rings, a signal comes or something falls due. A small
backlog of claimed tasks keeps children busy through the ledger's transactions when pages take
milliseconds; with slow pages there is none, so that nothing waits behind a page that could be
read elsewhere. What was claimed ahead holds up nobody who comes later: see `work.backlog`.
"""

import math
import selectors
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

import structlog

from pagemill.errors import PagemillError
from pagemill.model.task import AssembleDone, Outcome, PageDone, Released, Report, Work
from pagemill.ports import Clock, DoorBell, Ledger, NodeState
from pagemill.work.backlog import Backlog
from pagemill.work.children import Children, Result
from pagemill.work.patience import Patience
from pagemill.work.reporting import ids_of
from pagemill.work.signals import StopSignals
from pagemill.work.traces import Traces, Untraced

REPORT_SECONDS, NEWS_SECONDS, REPORTS_AT_ONCE = 0.02, 0.004, 16
SHORT_SECONDS, BACKLOG_SECONDS, BACKLOG_MOST, BACKLOG_AGE = 0.25, 0.1, 16, 1.0
LOOK_AT_LEAST, LOOK_AT_MOST, DUE_AT_LEAST = 0.02, 0.25, 0.05
LAST_TRIES = 5.0
_WAITABLE = frozenset({"ledger_busy", "disk_full"})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class AgentPlan:
    """Who the agent is and how long it waits for what. `node.id` and `boot` make its owner name.
    It takes tasks of its `pools`; of all if it names none.
    """

    node: NodeState
    lease_seconds: float
    heartbeat_seconds: float
    drain_seconds: float
    pools: tuple[str, ...] = ()

    @property
    def owner(self) -> str:
        return f"{self.node.id}:{self.node.boot}"


class Agent:
    """Call `run` once, on the main thread. `make_children` gets the agent's selector."""

    def __init__(
        self,
        plan: AgentPlan,
        ledger: Ledger,
        bell: DoorBell,
        clock: Clock,
        make_children: Callable[[selectors.BaseSelector], Children],
        traces: Traces | None = None,
    ) -> None:
        self._plan = plan
        self._ledger = ledger
        self._bell = bell
        self._clock = clock
        self._selector = selectors.DefaultSelector()
        self._children = make_children(self._selector)
        self._traces = traces or Untraced()
        self._log = structlog.get_logger().bind(node=plan.node.id)
        self._backlog = Backlog()
        self._claimed_at = 0.0
        self._reports: list[Report] = []
        self._report_at = 0.0
        self._has_news = False  # somebody may have come who need not wait for the backlog
        self._pace = math.inf  # seconds a page takes, a running mean
        self._is_hungry = True
        self._due_at = math.inf
        self._mark = -1
        self._look_at = self._looked_at = 0.0
        self._heartbeat_at = 0.0
        self._ledger_at = 0.0
        self._patience = Patience(0.05, 2.0)
        self._drain_until: float | None = None

    def run(self) -> None:
        """Until a stop signal and the drain that follows it. Raises `ledger_unusable` and the
        like: with a broken ledger there is nothing to do but start again.
        """
        released = self._ledger.enter(self._plan.node)
        self._log.info("node_started", slots=self._plan.node.slots, taken_back=released)
        with StopSignals() as signals:
            self._selector.register(signals.fileno(), selectors.EVENT_READ, signals)
            self._selector.register(self._bell.listen(), selectors.EVENT_READ, self._bell)
            try:
                while not self._is_over(signals):
                    self._turn()
            finally:
                self._put_down(self._children.end())
            self._say_goodbye()
        self._selector.close()

    def _turn(self) -> None:
        self._children.keep_up()
        self._report()
        self._obey()
        self._beat()
        self._claim()
        self._begin()
        self._wait()
        self._collect(self._children.watch())

    # Claim, begin, report

    def _claim(self) -> None:
        wanted = self._wanted()
        if not wanted or not (self._is_hungry or self._clock.monotonic() >= self._due_at):
            return
        plan = self._plan
        works = self._ask(
            lambda: self._ledger.claim(plan.owner, plan.pools, wanted, plan.lease_seconds)
        )
        if works is None:
            return
        self._is_hungry, self._has_news = len(works) >= wanted, False
        if works:
            self._backlog.add(works)
            self._claimed_at = self._clock.monotonic()
            self._begin()
        if not self._is_hungry:
            due_ms = self._ask(self._ledger.next_due_ms)
            self._due_at = self._monotonic_of(due_ms)

    def _wanted(self) -> int:
        """How many tasks to claim: what can begin now, and a backlog if pages are short. The
        backlog is filled when half of it is gone, so that one claim serves several pages; and a
        little more than filled when somebody may have come.
        """
        if self._drain_until is not None:
            return 0
        depth, slots = 0, self._plan.node.slots
        if self._is_short():
            ahead = slots * BACKLOG_SECONDS / max(self._pace, 0.001)
            depth = min(BACKLOG_MOST, math.ceil(ahead))
        free, waiting = self._children.free(), len(self._backlog)
        lacking = free + depth - waiting
        if depth and self._has_news:
            return max(lacking, min(slots, depth + 2 * slots - waiting), 0)
        is_low = waiting < free or waiting <= depth // 2
        return lacking if is_low and lacking > 0 else 0

    def _is_short(self) -> bool:
        return self._pace < SHORT_SECONDS

    def _begin(self) -> None:
        """Where pages are short, a child gets its next task while it is at the one before, so that
        it need not wait for us between two.
        """
        while self._backlog and self._children.free():
            self._children.begin(self._backlog.take(self._children.in_hand()))
        while self._backlog and self._is_short() and self._children.room_ahead():
            self._children.send_ahead(self._backlog.take(self._children.in_hand()))

    def _report(self) -> None:
        """Several outcomes in one transaction while children have work to go on with."""
        if not self._reports:
            return
        can_wait = self._backlog and len(self._reports) < REPORTS_AT_ONCE
        if can_wait and self._clock.monotonic() < self._report_at:
            return
        reports = self._reports
        accepted = self._ask(lambda: self._ledger.finish(reports))
        if accepted is None:
            return
        self._reports = []
        self._is_hungry = True  # what they finished may have freed or unblocked something
        late = [report.task_id for report, ok in zip(reports, accepted, strict=True) if not ok]
        if late:
            self._log.info("late_reports_refused", tasks=late)
        if self._traces.are_jobs_open():
            self._ask(lambda: self._traces.tell_jobs(self._ledger))

    def _collect(self, results: Iterable[Result]) -> None:
        for result in results:
            self._note(result.work, result.outcome)
            self._traces.has_ended(result)

    def _note(self, work: Work, outcome: Outcome) -> None:
        is_news = self._is_news(work)
        self._has_news |= is_news
        by = self._clock.monotonic() + (NEWS_SECONDS if is_news else REPORT_SECONDS)
        self._report_at = min(by, self._report_at) if self._reports else by
        self._reports.append(Report(work.task_id, work.token, outcome))
        ids = ids_of(work)
        match outcome:
            case PageDone():
                seconds = outcome.run_ms / 1000
                self._pace = seconds if self._pace == math.inf else _mean(self._pace, seconds)
                self._log.debug("page_done", **ids, engine=outcome.engine, ms=outcome.run_ms)
            case AssembleDone():
                self._log.info("outputs_written", **ids, files=len(outcome.outputs))
                if outcome.left_out:
                    self._log.error("outputs_left_out", **ids, outputs=outcome.left_out)
            case _:
                failure = getattr(outcome, "failure", None)
                self._log.info(
                    "task_" + type(outcome).__name__.lower(),
                    **ids,
                    code=failure.code if failure else "",
                    message=failure.message if failure else "",
                )

    def _is_news(self, work: Work) -> bool:
        """Whether its user has nothing else here: then pages that are known now, or the outputs
        after the last page, need not wait behind what was claimed ahead for others.
        """
        others = (*self._backlog, *self._children.in_hand())
        return all(other.user_id != work.user_id for other in others)

    # Obey commands, keep the leases

    def _obey(self) -> None:
        """Looks whether anybody else wrote to the ledger; if so there may be work, and tasks of
        ours may have been cancelled, deleted or given away.
        """
        now = self._clock.monotonic()
        if now < self._look_at:
            return
        self._look_at, self._looked_at = now + LOOK_AT_MOST, now
        mark = self._ask(self._ledger.change_mark)
        if mark is None or mark == self._mark:
            return
        self._mark = mark
        self._is_hungry = self._has_news = True
        if self._backlog or self._children.in_hand():
            held = self._ask(lambda: self._ledger.held(self._plan.owner))
            if held is not None:
                self._drop_all_but(held)

    def _beat(self) -> None:
        now = self._clock.monotonic()
        if now >= self._claimed_at + BACKLOG_AGE and not self._children.free():
            waiting = self._take_waiting()  # pages turned out long: others may read these
            self._put_down(waiting)
            self._pace = math.inf if waiting else self._pace
        if now < self._heartbeat_at:
            return
        held = self._ask(
            lambda: self._ledger.heartbeat(self._node_state(), self._plan.lease_seconds)
        )
        if held is not None:
            self._heartbeat_at = now + self._plan.heartbeat_seconds
            self._drop_all_but(held)
            self._let_go_of_strays(held)

    def _drop_all_but(self, held: set[int]) -> None:
        lost = [w for w in (*self._backlog, *self._children.in_hand()) if w.task_id not in held]
        if not lost:
            return
        for work in lost:
            self._log.info("task_taken_away", **ids_of(work))
        spared = self._children.stop({work.task_id for work in lost})
        self._backlog.keep(spared, held)

    def _let_go_of_strays(self, held: set[int]) -> None:
        """Tasks that are ours and that nobody here knows of would be ours for ever: the answer to a
        claim was lost, or the server lost what it had accepted last.
        """
        known = {work.task_id for work in (*self._backlog, *self._children.in_hand())}
        strays = held - known - {report.task_id for report in self._reports}
        if strays:
            count = self._ask(lambda: self._ledger.let_go(self._plan.owner, strays))
            self._log.warning("tasks_let_go", tasks=count)

    def _node_state(self) -> NodeState:
        now_ms = self._clock.now_ms()
        return replace(
            self._plan.node,
            seen_ms=now_ms,
            is_draining=self._drain_until is not None,
            running=self._children.states(now_ms),
            memory_mb=self._children.memory_mb(),
        )

    # Wait

    def _wait(self) -> None:
        timeout = max(0.0, self._wake_at() - self._clock.monotonic())
        for key, mask in self._selector.select(timeout):
            if key.data is self._bell:
                self._bell.clear()
                self._hear_ring()
            elif isinstance(key.data, StopSignals):
                key.data.clear()
            else:
                self._collect(self._children.handle(key, mask))
                self._begin()

    def _hear_ring(self) -> None:
        """Who has a child free looks at once; who is busy does not look at every ring."""
        pause = 0.0 if self._children.free() else LOOK_AT_LEAST
        self._look_at = min(self._look_at, self._looked_at + pause)

    def _wake_at(self) -> float:
        moments = [self._look_at, self._heartbeat_at, self._children.next_look()]
        if self._reports:
            moments.append(self._report_at)
        if self._wanted():
            moments.append(0.0 if self._is_hungry else self._due_at)
        if self._drain_until is not None:
            moments.append(self._drain_until)
        return max(min(moments), self._ledger_at if self._is_stuck() else 0.0)

    def _is_stuck(self) -> bool:
        """The ledger does not answer: only children, signals and limits matter until it does."""
        return self._ledger_at > self._clock.monotonic()

    def _monotonic_of(self, due_ms: int | None) -> float:
        if due_ms is None:
            return math.inf
        seconds = (due_ms - self._ledger.clock.now_ms()) / 1000
        return self._clock.monotonic() + max(DUE_AT_LEAST, seconds)

    # Stop

    def _is_over(self, signals: StopSignals) -> bool:
        if not signals.count:
            return False
        now = self._clock.monotonic()
        if self._drain_until is None:
            self._drain_until = now + self._plan.drain_seconds
            self._heartbeat_at = now
            self._log.info("draining", running=len(self._children.in_hand()))
            self._put_down(self._take_waiting())
        is_quiet = not self._children.in_hand() and not self._reports
        return is_quiet or signals.count > 1 or now >= self._drain_until

    def _take_waiting(self) -> list[Work]:
        return [*self._children.take_back(), *self._backlog.take_all()]

    def _put_down(self, works: Iterable[Work]) -> None:
        for work in works:
            self._note(work, Released())

    def _say_goodbye(self) -> None:
        """What cannot be told in a few seconds, the next boot's `enter` finds out."""
        until = self._clock.monotonic() + LAST_TRIES
        while self._reports and self._clock.monotonic() < until:
            self._selector.select(max(0.0, self._ledger_at - self._clock.monotonic()))
            self._report()
        self._ask(lambda: self._ledger.leave(self._plan.node.id))
        self._log.info("node_stopped", untold=len(self._reports))

    # The ledger

    def _ask(self, call: Callable[[], T]) -> T | None:
        """None when the ledger cannot answer now; the next question waits a little longer each
        time. Raises what waiting does not mend.
        """
        if self._is_stuck():
            return None
        try:
            answer = call()
        except PagemillError as error:
            if error.code not in _WAITABLE:
                raise
            wait = self._patience.lose()
            self._ledger_at = self._clock.monotonic() + wait
            self._log.warning("ledger_waits", code=error.code, wait_seconds=wait)
            return None
        self._patience.regain()
        return answer


def _mean(mean: float, latest: float) -> float:
    return 0.8 * mean + 0.2 * latest
