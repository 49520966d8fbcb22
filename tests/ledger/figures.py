"""How the queue stands and how fast it moves: kept figures against what the tables hold."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from ledger.desk import BROKEN, Desk, Kit, caller, node, plan
from pagemill.model.pace import ERROR
from pagemill.model.people import LOCAL
from pagemill.model.task import Away, Died, GiveUp, PageDone, Retry, TaskState
from pagemill.ports import Arrival, Figures, QueueStats, Source, StopScope
from pagemill.ports import Chores as HouseChores

MINUTE, HOUR, DAY = 60, 3600, 86_400
Asking = Callable[[str], list[tuple[Any, ...]]]
JOBS = "SELECT user_id, state, count(*) FROM job GROUP BY user_id, state"
PAGES = (
    "SELECT user_id, engine, state, count(*) FROM task WHERE kind = 'page'"
    " GROUP BY user_id, engine, state"
)
TODAY = (
    "SELECT count(*), CAST(sum(started_ms - created_ms) AS BIGINT) FROM job"
    " WHERE state = 'completed' AND finished_ms / 86400000 = {}"
)
OLDEST = "SELECT min(created_ms) FROM job WHERE state = 'queued'"


def check_figures(figures: Figures, ask: Asking, now_ms: int, slack_ms: int = 0) -> None:
    """Everything the stats say of this moment is what a count of the tables says. `slack_ms` is for
    clocks that do not stand still.
    """
    stats = figures.queue(top=1)
    jobs = [(user, state, count) for user, state, count in ask(JOBS)]
    pages = [
        (user, engine, TaskState(state).name.lower(), count)
        for user, engine, state, count in ask(PAGES)
    ]
    assert stats.jobs == summed((state, count) for _, state, count in jobs)
    assert stats.pages == summed((state, count) for *_, state, count in pages)
    assert figures.job_counts() == stats.jobs
    for line in figures.queue(top=100).users:
        assert line.jobs == summed((s, n) for user, s, n in jobs if user == line.user_id)
        assert figures.job_counts(line.user_id) == line.jobs
        assert line.pages == summed((s, n) for user, _, s, n in pages if user == line.user_id)
    for engine in stats.engines:
        assert engine.pages == summed((s, n) for _, name, s, n in pages if name == engine.engine)
    assert summed(lines(stats, "jobs")) == stats.jobs
    assert summed(lines(stats, "pages")) == stats.pages
    ((completed, wait_ms),) = ask(TODAY.format(now_ms // (1000 * DAY)))
    assert stats.completed_today == completed
    assert stats.mean_wait_today_ms == (wait_ms / completed if completed else None)
    ((oldest_ms,),) = ask(OLDEST)
    if oldest_ms is None:
        assert stats.oldest_waiting_ms is None
    else:
        assert stats.oldest_waiting_ms == pytest.approx(now_ms - oldest_ms, abs=slack_ms)


def lines(stats: QueueStats, what: str) -> Iterable[tuple[str, int]]:
    users = [*stats.users, *([stats.others] if stats.others else [])]
    return itertools.chain.from_iterable(getattr(user, what).items() for user in users)


def summed(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for state, count in counts:
        total[state] += count
    return dict(total)


class Standing:
    def test_figures_follow_everything_that_happens(self, desk: Desk, kit: Kit) -> None:
        def agrees() -> None:
            check_figures(desk.ledger.figures, kit.ask, desk.clock.now_ms())

        agrees()
        job = desk.begin(5, user_id="ann")
        desk.submit(user_id="bob", of="b")
        desk.clock.advance(3)
        desk.submit(user_id="ann", of="c")
        agrees()
        for outcome in (PageDone("text", 5), Retry(BROKEN), GiveUp(BROKEN), Died(BROKEN)):
            work = next(w for w in desk.claim(50) if w.job_id == job.id and w.page_no)
            desk.tell(work, outcome)
            desk.ledger.enter(node("2"))
            agrees()
        for command in ("pause", "resume", "cancel", "retry", "delete"):
            getattr(desk.ledger, command)(job.id)
            agrees()
        desk.work_off()
        agrees()
        assert desk.ledger.figures.queue().jobs == {"completed": 2}

    def test_a_row_given_to_somebody_else_is_counted_there(self, desk: Desk, kit: Kit) -> None:
        desk.begin(3, user_id="ann")
        desk.submit(user_id="bob")
        kit.harm("UPDATE job SET user_id = 'bob' WHERE user_id = 'ann'")
        kit.harm("UPDATE task SET user_id = 'bob', engine = 'text' WHERE kind = 'page'")
        check_figures(desk.ledger.figures, kit.ask, desk.clock.now_ms())
        (bob,) = desk.ledger.figures.queue().users
        assert (bob.user_id, bob.jobs) == ("bob", {"processing": 1, "queued": 1})
        assert bob.pages == {"ready": 3}

    def test_those_with_most_waiting_are_told_and_the_others_together(self, desk: Desk) -> None:
        for user, jobs in (("ann", 1), ("bob", 3), ("cid", 2)):
            for nth in range(jobs):
                desk.submit(user_id=user, of=f"{user}{nth}")
                desk.clock.advance(1)
        stats = desk.ledger.figures.queue(top=1)
        assert [(line.user_id, line.jobs) for line in stats.users] == [("bob", {"queued": 3})]
        assert stats.users[0].oldest_waiting_ms == 5000
        assert stats.others is not None
        assert (stats.others.user_id, stats.others.jobs) == ("", {"queued": 3})
        mine = desk.ledger.figures.queue(user_id="cid")
        assert [(line.user_id, line.jobs) for line in mine.users] == [("cid", {"queued": 2})]
        assert mine.jobs == {"queued": 6}

    def test_engines_are_told_with_their_pages_limits_and_rests(self, desk: Desk, kit: Kit) -> None:
        desk.begin(4, pool="auto")
        kit.limit_pool("auto", 2)
        for ms in (100, 200):
            (work,) = desk.claim(1, pool="auto")
            desk.tell(work, PageDone("text", ms))
        (work,) = desk.claim(1, pool="auto")
        desk.tell(work, Away(BROKEN, 30))
        auto, text = desk.ledger.figures.queue().engines
        assert (auto.engine, auto.pages) == ("auto", {"ready": 2})
        assert auto.max_running == 2
        assert 0 < (auto.rests_ms or 0) <= 30_000
        assert (text.engine, text.pages) == ("text", {"done": 2})
        assert text.runs is not None
        assert (text.runs.count, text.runs.mean_ms) == (2, 150)
        assert 100 / ERROR <= text.runs.p50_ms <= 100 * ERROR
        assert 200 / ERROR <= text.runs.p99_ms <= 200 * ERROR


class Pace:
    def test_waits_count_from_arrival_to_beginning(self, desk: Desk) -> None:
        desk.submit()
        desk.clock.advance(40)
        desk.tell(desk.next(), plan(3))
        waits = desk.ledger.figures.queue().waits
        assert waits is not None
        assert (waits.count, waits.mean_ms) == (1, 40_000)

    def test_a_document_that_is_opened_again_has_waited_for_something_else(
        self, desk: Desk
    ) -> None:
        job = desk.submit()
        desk.tell(desk.next(), GiveUp(BROKEN))
        desk.clock.advance(DAY)
        desk.ledger.retry(job.id)
        desk.tell(desk.next(), plan(3))
        assert desk.ledger.figures.queue().waits is None

    def test_throughput_counts_what_ended_in_the_last_while(self, desk: Desk) -> None:
        desk.complete(3, failing=1)
        assert throughputs(desk) == [(3, 1), (3, 1), (3, 1)]
        desk.clock.advance(3 * MINUTE)
        desk.complete(2, of="b")
        assert throughputs(desk) == [(2, 1), (5, 2), (5, 2)]
        desk.clock.advance(2 * HOUR)
        assert throughputs(desk) == [(0, 0), (0, 0), (5, 2)]
        desk.clock.advance(DAY)
        assert throughputs(desk) == [(0, 0), (0, 0), (0, 0)]

    def test_the_day_counts_from_midnight(self, desk: Desk) -> None:
        midnight_ms = 20_000 * DAY * 1000
        desk.clock.set(midnight_ms - 10_000)
        desk.complete(1)
        desk.submit(of="b")
        desk.clock.set(midnight_ms + 20_000)
        assert desk.ledger.figures.queue().completed_today == 0
        desk.work_off()
        stats = desk.ledger.figures.queue()
        assert (stats.completed_today, stats.mean_wait_today_ms) == (1, 30_000)
        assert stats.last_day.jobs == 2

    def test_pages_of_a_job_are_guessed_from_those_that_were_opened(self, desk: Desk) -> None:
        assert desk.ledger.figures.queue().pages_per_job is None
        desk.complete(4)
        desk.complete(2, of="b")
        desk.submit(of="c")
        assert desk.ledger.figures.queue().pages_per_job == 3

    def test_rolling_up_forgets_no_count(self, desk: Desk, kit: Kit) -> None:
        for nth in range(4):
            desk.complete(3, failing=1, of=f"{nth}")
            desk.clock.advance(HOUR)
        counted = desk.ledger.figures.tallies()
        assert {tally.kind for tally in counted} == {"run", "given_up", "wait", "completed"}
        before = desk.ledger.figures.queue()
        assert desk.ledger.figures.roll_up() > 0
        assert desk.ledger.figures.tallies() == counted
        assert desk.ledger.figures.queue() == before
        desk.clock.advance(32 * DAY)
        desk.ledger.figures.roll_up()
        assert desk.ledger.figures.tallies() == counted
        assert kit.ask("SELECT count(*) FROM pace WHERE span_ms > 0") == [(0,)]
        assert desk.ledger.figures.roll_up() == 0

    def test_counts_are_as_many_as_events(self, desk: Desk) -> None:
        """Each outcome once, whoever brought it about."""
        desk.complete(3, failing=1)
        desk.complete(2, of="a")  # the same bytes: two pages come from the cache
        job = desk.begin(2, of="b")
        desk.read(1, Retry(BROKEN))
        desk.ledger.cancel(job.id)
        desk.submit(of="c")
        desk.tell(desk.next(), GiveUp(BROKEN))
        counts = Counter[str]()
        for tally in desk.ledger.figures.tallies():
            counts[tally.kind] += tally.count
        assert counts == {
            "run": 2 + 2,
            "given_up": 1,
            "retried": 1,
            "wait": 3,
            "completed": 2,
            "cancelled": 1,
            "failed": 1,
        }


class Chores:
    def test_upkeep_and_stops_are_told(self, desk: Desk) -> None:
        assert desk.ledger.figures.chores() == HouseChores(None, 0, False, 0)
        desk.ledger.figures.roll_up()
        desk.ledger.delete(desk.submit(user_id="ann").id)
        desk.ledger.scheduling.stop(StopScope.QUEUE, "", LOCAL)
        desk.ledger.scheduling.stop(StopScope.USER, "ann", LOCAL)
        desk.clock.advance(70)
        assert desk.ledger.figures.chores() == HouseChores(70_000, 2, True, 1)

    def test_what_a_node_holds_in_memory_is_kept_with_it(self, desk: Desk) -> None:
        desk.ledger.heartbeat(replace(node(), memory_mb=512), 60)
        assert [one.memory_mb for one in desk.ledger.nodes()] == [512]

    def test_a_node_that_is_silent_for_a_day_is_forgotten_once_it_holds_nothing(
        self, desk: Desk
    ) -> None:
        desk.ledger.enter(node())
        desk.ledger.enter(node(node_id="gone"))
        desk.submit()
        (work,) = desk.claim()
        desk.clock.advance(DAY + 1)
        desk.ledger.figures.roll_up()
        assert [one.id for one in desk.ledger.nodes()] == ["node"]
        desk.tell(work, GiveUp(BROKEN))
        desk.ledger.figures.roll_up()
        assert desk.ledger.nodes() == []
        desk.ledger.heartbeat(node(), 60)
        assert [one.id for one in desk.ledger.nodes()] == ["node"]


class Line:
    def test_a_place_in_line_is_exact_near_its_ends_and_a_guess_between(self, desk: Desk) -> None:
        """2,100 jobs, a hundred at each moment."""
        ids = []
        for batch in range(21):
            arrivals = [arrival(desk, f"{batch}-{nth}") for nth in range(100)]
            desk.ledger.sources.take(caller("ann"), arrivals)
            ids += [one.job.id for one in arrivals if one.job is not None]
            desk.clock.advance(10)
        places = {nth: place(desk, ids[nth - 1]) for nth in (1, 500, 1000, 1101, 1600, 2100)}
        assert places == {nth: nth for nth in places}
        assert place(desk, ids[1049]) == pytest.approx(1050, abs=100)


def arrival(desk: Desk, name: str) -> Arrival:
    return Arrival(Source(name, name, 1000, 0), desk.new(user_id="ann", of=name, key=name))


def place(desk: Desk, job_id: str) -> int | None:
    return desk.ledger.position(desk.ledger.job(job_id))


def throughputs(desk: Desk) -> list[tuple[float, float]]:
    stats = desk.ledger.figures.queue()
    lasts = (stats.last_minute, stats.last_hour, stats.last_day)
    return [(last.pages, last.jobs) for last in lasts]
