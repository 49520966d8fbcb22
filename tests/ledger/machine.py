"""People and agents doing anything in any order, and the books that must balance all the time."""

import itertools
from collections.abc import Callable
from contextlib import suppress

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from ledger.desk import BROKEN, Desk, Kit, check_books, node, plan, success
from ledger.figures import check_figures
from pagemill.errors import PagemillError
from pagemill.model.breaker import BreakerPolicy
from pagemill.model.job import JobState
from pagemill.model.people import LOCAL, UserLimits
from pagemill.model.retention import HOUR_MS, Bounds, Retention
from pagemill.model.task import (
    Away,
    Died,
    GiveUp,
    Moved,
    Outcome,
    Released,
    Report,
    Reread,
    Retry,
    RetryPolicy,
    TaskKind,
    TaskState,
    Work,
)
from pagemill.ports import DeadQuery, PoolState, StopScope

COMMANDS = ("cancel", "pause", "resume", "retry", "delete")
TIMES_MS = (None, None, 20_000, 45_000)
IDLE = {TaskState.READY, TaskState.WAITING, TaskState.HELD}
MISSES = (
    Retry(BROKEN),
    GiveUp(BROKEN),
    Died(BROKEN),
    Away(BROKEN, 5),
    Away(BROKEN, 5, "vlm"),
    Moved("vlm"),
    Released(),
)
POOLS = ("cpu", "text", "vlm", "auto")
STOPS = ((StopScope.QUEUE, ""), (StopScope.USER, "ann"), (StopScope.ENGINE, "vlm"))


class Books:
    """The state machine, as a test any ledger must pass. Fewer `examples` do where a step is slow
    and the rules are the same.
    """

    examples = 60

    def test_the_books_balance_whatever_people_and_agents_do(
        self, make_kit: Callable[[], Kit]
    ) -> None:
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            lambda: Machine(make_kit()),
            settings=settings(
                max_examples=self.examples,
                stateful_step_count=40,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )


class Machine(RuleBasedStateMachine):
    """Works are kept after they were reported, so late and double reports come by themselves."""

    works = Bundle("works")

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        self.desk = Desk(
            kit,
            RetryPolicy(2, 2, breaker=BreakerPolicy(failures=2, base_seconds=5, cap_seconds=20)),
            user_max_running=3,
            bounds=Bounds(UserLimits(keep_jobs=4, pages_per_day=40), Retention(jobs=6, hours=1)),
        )
        self.ledger = self.desk.ledger
        self.ids: list[str] = []
        self.boots = itertools.count(2)
        self.boot = "1"
        self.limits: dict[str, tuple[int | None, int | None]] = {}
        self.reread: set[str] = set()
        self.accepted: set[tuple[int, str]] = set()
        self.done: dict[tuple[str, int], str] = {}

    @rule(
        user=st.sampled_from(["ann", "bob"]),
        of=st.sampled_from("ab"),
        priority=st.integers(0, 10),
        soft_ms=st.sampled_from(TIMES_MS),
        hard_ms=st.sampled_from(TIMES_MS),
    )
    def submit(
        self, user: str, of: str, priority: int, soft_ms: int | None, hard_ms: int | None
    ) -> None:
        try:
            job = self.desk.submit(
                user_id=user, of=of, priority=priority, soft_ms=soft_ms, hard_ms=hard_ms
            )
        except PagemillError as error:
            self.used_up(user, error.code)
            return
        self.ids.append(job.id)
        self.limits[job.id] = soft_ms, hard_ms

    def used_up(self, user: str, code: str) -> None:
        assert code == "quota_pages"
        assert self.desk.people.usage(user).pages_today == 40

    @rule(
        target=works,
        slots=st.integers(1, 4),
        pools=st.sampled_from([(), (), ("cpu", "auto"), ("cpu", "text", "vlm")]),
    )
    def claim(self, slots: int, pools: tuple[str, ...]) -> object:
        """Nothing that is stopped or rests, and never more than may run."""
        before = self.pools()
        works = self.ledger.claim(f"node:{self.boot}", pools, slots, 60)
        stopped = {(stop.scope, stop.name) for stop in self.ledger.scheduling.stops()}
        assert not works or (StopScope.QUEUE, "") not in stopped
        for work in works:
            assert not pools or work.pool in pools
            assert (StopScope.USER, work.user_id) not in stopped
            assert not before[work.pool].is_stopped
            assert not before[work.pool].rests_until_ms
        for name, pool in self.pools().items():
            most = 1 if pool.trips else pool.max_running
            assert most is None or pool.running <= max(most, before[name].running)
        return multiple(*works)

    def pools(self) -> dict[str, PoolState]:
        return {pool.name: pool for pool in self.ledger.scheduling.pools()}

    @rule(work=works, pages=st.integers(0, 4), pool=st.sampled_from(POOLS))
    def succeed(self, work: Work, pages: int, pool: str) -> None:
        is_split = work.kind is TaskKind.SPLIT
        self.report(work, plan(pages, pool=pool) if is_split else success(work))

    @rule(work=consumes(works), outcome=st.sampled_from(MISSES))
    def miss(self, work: Work, outcome: Outcome) -> None:
        is_page = work.kind is TaskKind.PAGE
        self.report(work, outcome if is_page or not getattr(outcome, "pool", "") else Released())

    @rule(stop=st.sampled_from(STOPS))
    def stop(self, stop: tuple[StopScope, str]) -> None:
        with suppress(PagemillError):  # ann may not have come yet
            self.ledger.scheduling.stop(*stop, LOCAL)

    @rule(stop=st.sampled_from(STOPS))
    def go_on(self, stop: tuple[StopScope, str]) -> None:
        self.ledger.scheduling.go_on(*stop, LOCAL)

    @rule(pool=st.sampled_from(POOLS), most=st.sampled_from([1, 2, None]))
    def limit(self, pool: str, most: int | None) -> None:
        assert self.ledger.scheduling.limit_pool(pool, most, LOCAL).max_running == most

    @rule(work=works, pages=st.sets(st.integers(1, 4), min_size=1))
    def lose_pages(self, work: Work, pages: set[int]) -> None:
        if work.kind is TaskKind.ASSEMBLE and self.report(work, Reread(tuple(pages), BROKEN)):
            self.reread.add(work.job_id)
            self.done = {
                key: token
                for key, token in self.done.items()
                if not (key[0] == work.job_id and key[1] in pages)
            }

    def report(self, work: Work, outcome: Outcome) -> bool:
        held = self.ledger.held(f"node:{self.boot}")
        (counted,) = self.ledger.finish([Report(work.task_id, work.token, outcome)])
        if counted:
            assert work.task_id in held
            assert (work.task_id, work.token) not in self.accepted
            self.accepted.add((work.task_id, work.token))
            if work.kind is TaskKind.PAGE and isinstance(outcome, type(success(work))):
                self.done[work.job_id, work.page_no] = work.token
        return counted

    @rule(command=st.sampled_from(COMMANDS), nth=st.integers(0, 9))
    def command(self, command: str, nth: int) -> None:
        if not self.ids:
            return
        job_id = self.ids[nth % len(self.ids)]
        before = self.ledger.job(job_id)
        refused = self.told(command, job_id)
        if refused:
            assert refused == "invalid_state"
            assert self.ledger.job(job_id) == before
        elif command == "delete":
            self.forget(job_id)

    def forget(self, job_id: str) -> None:
        self.ids.remove(job_id)
        self.done = {key: token for key, token in self.done.items() if key[0] != job_id}

    def told(self, command: str, job_id: str) -> str:
        """The code of the error, "" if there is none."""
        try:
            getattr(self.ledger, command)(job_id)
        except PagemillError as error:
            return error.code
        return ""

    @rule(user=st.sampled_from(["", "ann"]), limit=st.integers(1, 3))
    def requeue(self, user: str, limit: int) -> None:
        letters = self.ledger.dead_letters
        query = DeadQuery(user_id=user, limit=limit)
        ended = {
            one.job_id
            for one in letters.dead(query)
            if self.ledger.job(one.job_id).state in (JobState.COMPLETED, JobState.FAILED)
        }
        requeued = letters.requeue(query, LOCAL)
        assert set(requeued.job_ids) == ended
        assert all(not job.state.is_final for job in self.ledger.jobs_by_id(requeued.job_ids))

    @rule(seconds=st.sampled_from([1, 30, 61]))
    def wait(self, seconds: int) -> None:
        self.desk.clock.advance(seconds)

    @rule()
    def rescue(self) -> None:
        self.ledger.rescue()
        assert self.ledger.rescue() == 0

    @rule()
    def stop_late_jobs(self) -> None:
        """A second after the last time; then nobody is beyond a limit."""
        self.desk.clock.advance(1)
        self.ledger.stop_late_jobs()
        assert self.ledger.stop_late_jobs() == 0
        now_ms = self.desk.clock.now_ms()
        for job in self.ledger.jobs_by_id(self.ids):
            if job.started_ms is None or job.state.is_final:
                continue
            soft_ms, hard_ms = self.limits[job.id]
            assert hard_ms is None or now_ms < job.started_ms + hard_ms
            is_late = soft_ms is not None and now_ms >= job.started_ms + soft_ms
            if is_late and job.id not in self.reread:
                assert not {*self.desk.states(job)} & IDLE

    @rule()
    def retire(self) -> None:
        """Only what has ended goes, and then all is within the rules."""
        overdue = self.ledger.overdue()
        for over in overdue:
            assert self.ledger.job(over.job.id).state.is_final
            self.forget(over.job.id)
        assert self.ledger.retire(overdue) == len(overdue)
        assert self.ledger.overdue() == []
        left = self.ledger.jobs_by_id(self.ids)
        assert len(left) == len(self.ids)
        for user in ("ann", "bob"):
            own = [job for job in left if job.user_id == user]
            assert len(own) <= 4 or not any(job.state.is_final for job in own)
        assert len(left) <= 6 or not any(job.state.is_final for job in left)

    @rule()
    def restart(self) -> None:
        self.boot = str(next(self.boots))
        self.ledger.enter(node(self.boot))
        assert self.ledger.held(f"node:{self.boot}") == set()

    @rule()
    def beat(self) -> None:
        self.ledger.heartbeat(node(self.boot), 60)

    @rule()
    def figures_agree(self) -> None:
        check_figures(self.ledger.figures, self.desk.kit.ask, self.desk.clock.now_ms())

    @rule()
    def roll_up(self) -> None:
        counted = self.ledger.figures.tallies()
        self.ledger.figures.roll_up()
        assert self.ledger.figures.tallies() == counted

    @invariant()
    def books_balance(self) -> None:
        for job_id in self.ids:
            check_books(self.ledger, job_id)

    @invariant()
    def nothing_ready_is_out_of_sight(self) -> None:
        assert self.ledger.books.closed_lanes() == []

    @invariant()
    def limits_hold(self) -> None:
        assert len(self.ledger.held(f"node:{self.boot}")) <= 2 * 3
        assert all(self.desk.people.usage(user).pages_today <= 40 for user in ("ann", "bob"))

    @invariant()
    def whatever_has_ended_expires(self) -> None:
        for job in self.ledger.jobs_by_id(self.ids):
            end_ms = None if job.finished_ms is None else job.finished_ms + HOUR_MS
            assert job.expires_ms == end_ms

    @invariant()
    def finished_pages_stay(self) -> None:
        for (job_id, number), token in self.done.items():
            assert self.ledger.page(job_id, number).token == token

    def teardown(self) -> None:
        """Nothing hangs: whatever happened, every job comes to an end when work goes well."""
        try:
            self.restart()
            for stop in self.ledger.scheduling.stops():
                self.ledger.scheduling.go_on(stop.scope, stop.name, LOCAL)
            for job_id in self.ids:
                if self.ledger.job(job_id).state is JobState.PAUSED:
                    self.ledger.resume(job_id)
            self.desk.work_off()
            for job in self.ledger.jobs_by_id(self.ids):
                assert job.state.is_final
            self.books_balance()
            self.figures_agree()
        finally:
            self.desk.close()
