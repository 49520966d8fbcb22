"""Who is served next, and what is stopped: promised by any ledger."""

from collections import Counter

import pytest

from ledger.desk import BROKEN, Desk, Kit, caller, check_books, plan, success
from pagemill.errors import PagemillError
from pagemill.ledger.tasks.dealing import ABSENCE_TURNS, CREDIT_TASKS
from pagemill.model.job import Job, priority_for_size
from pagemill.model.people import LOCAL
from pagemill.model.task import (
    Died,
    GiveUp,
    Moved,
    PageDone,
    PagePlan,
    Released,
    Report,
    Retry,
    SplitDone,
    TaskKind,
    TaskState,
    Work,
)
from pagemill.ports import PoolState, StopScope

ENGINE, QUEUE, USER = StopScope.ENGINE, StopScope.QUEUE, StopScope.USER
MB = 1024 * 1024


def pool(desk: Desk, name: str) -> PoolState:
    return next(pool for pool in desk.ledger.scheduling.pools() if pool.name == name)


def pages_of(desk: Desk, job: Job, *pools: str) -> None:
    """Splits the job that must be next into one page for each of the pools."""
    work = desk.next()
    assert (work.job_id, work.kind) == (job.id, TaskKind.SPLIT)
    plans = [PagePlan(n, "auto", "", "", name) for n, name in enumerate(pools, 1)]
    assert desk.tell(work, SplitDone(len(plans), tuple(plans)))


def one_page_each(desk: Desk, documents: str) -> list[Work]:
    """Begun attempts at one page of each of several jobs."""
    for of in documents:
        desk.submit(of=of)
    for work in desk.claim(len(documents)):
        desk.tell(work, plan(1, pool="ppocr"))
    return desk.claim(len(documents))


def served(desk: Desk, count: int, *pools: str) -> list[Work]:
    """So many tasks in a row, one slot, each done before the next is asked for."""
    works = []
    for _ in range(count):
        (work,) = desk.ledger.claim("node:1", pools, 1, 60)
        assert desk.tell(work, success(work))
        works.append(work)
    return works


class Serving:
    def test_pages_of_a_user_come_by_rank_from_all_engines_together(self, desk: Desk) -> None:
        slow = desk.submit(priority=0)
        pages_of(desk, slow, "text", "ppocr")
        urgent = desk.submit(priority=10, of="b")
        pages_of(desk, urgent, "ppocr", "text")
        works = desk.claim(4)
        assert [(w.job_id, w.pool) for w in works] == [
            (urgent.id, "ppocr"),
            (urgent.id, "text"),
            (slow.id, "text"),
            (slow.id, "ppocr"),
        ]

    def test_an_agent_gets_nothing_of_pools_it_does_not_serve(self, desk: Desk) -> None:
        pages_of(desk, desk.submit(), "text", "ppocr", "vlm")
        works = desk.ledger.claim("node:1", ("cpu", "vlm"), 9, 60)
        assert [work.pool for work in works] == ["vlm"]
        assert [work.pool for work in desk.claim(9)] == ["text", "ppocr"]

    def test_a_full_engine_holds_up_no_other(self, desk: Desk) -> None:
        desk.ledger.scheduling.limit_pool("ppocr", 1, LOCAL)
        pages_of(desk, desk.submit(), "ppocr", "ppocr", "ppocr", "text")
        assert [work.page_no for work in desk.claim(9)] == [1, 4]
        assert desk.claim(9) == []

    def test_a_newcomer_is_served_at_every_slot_that_falls_free(self, desk: Desk) -> None:
        ann = desk.begin(200, user_id="ann")
        running = desk.claim(4)
        for _ in range(100):
            desk.tell(running.pop(0), PageDone("text", 10))
            running += desk.claim(1)
        bob = desk.submit(user_id="bob", of="b")
        desk.tell(running.pop(0), PageDone("text", 10))
        split = desk.next()
        assert split.job_id == bob.id
        assert split.is_advanced
        assert not any(work.is_advanced for work in running)
        desk.tell(split, plan(10))
        running += desk.claim(1)
        for _ in range(9):
            desk.tell(running.pop(0), PageDone("text", 10))
            running += desk.claim(1)
        desk.ledger.finish([Report(w.task_id, w.token, PageDone("text", 10)) for w in running])
        assembly = desk.next()
        assert (assembly.job_id, assembly.kind) == (bob.id, TaskKind.ASSEMBLE)
        assert desk.ledger.job(ann.id).pages_done <= 108

    def test_a_newcomers_advance_ends(self, desk: Desk) -> None:
        desk.begin(400, user_id="ann")
        served(desk, 100)
        bob = desk.submit(user_id="bob", of="b")
        split = desk.next()
        desk.tell(split, success(split, 100))
        jobs = [work.job_id for work in served(desk, 50)]
        assert jobs[: CREDIT_TASKS - 1] == [bob.id] * (CREDIT_TASKS - 1)
        assert 17 <= Counter(jobs[CREDIT_TASKS:])[bob.id] <= 18

    def test_somebody_who_comes_again_and_again_is_no_newcomer(self, desk: Desk) -> None:
        ann = desk.begin(600, user_id="ann")
        served(desk, 100)
        counts = Counter[bool]()
        for n in range(60):
            desk.submit(user_id="bob", of=f"b{n}")
            counts.update(work.job_id == ann.id for work in served(desk, 5))
        assert counts[True] >= 60

    def test_nobody_starves_however_many_newcomers_there_are(self, desk: Desk) -> None:
        ann = desk.begin(50, user_id="ann")
        served(desk, 5)
        waits, wait = [], 0
        for n in range(8 * ABSENCE_TURNS):
            if n % 4 == 0:
                desk.submit(user_id=f"a{n}", of="b")
            (work,) = desk.claim(1)
            desk.tell(work, success(work, 2))
            wait += 1
            if work.job_id == ann.id:
                waits.append(wait)
                wait = 0
        assert len(waits) > 5
        assert max(waits) <= ABSENCE_TURNS + 8

    def test_users_at_their_limit_leave_their_slots_to_others(self, kit: Kit) -> None:
        desk = Desk(kit, user_max_running=2)
        for user in ("ann", "bob", "eve"):
            desk.begin(9, user_id=user, of=user)
        works = desk.claim(50)
        assert len(works) == 6
        assert set(Counter(work.user_id for work in works).values()) == {2}
        desk.close()

    def test_limits_hold_over_all_engines_together(self, kit: Kit) -> None:
        desk = Desk(kit, user_max_running=3)
        pages_of(desk, desk.submit(), *["text", "ppocr"] * 5)
        assert len(desk.claim(2, pool="text")) == 2
        assert len(desk.claim(9, pool="ppocr")) == 1
        assert desk.claim(9) == []
        desk.close()

    def test_small_files_come_first_and_large_ones_age(self, desk: Desk) -> None:
        sizes = [60 * MB, 20 * MB, 8 * MB, 3 * MB, MB]
        priorities = [priority_for_size(size) for size in sizes]
        assert priorities == [2, 4, 6, 8, 10]
        jobs = [
            desk.submit(priority=priority, size_bytes=size, of=str(size))
            for size, priority in zip(sizes, priorities, strict=True)
        ]
        desk.clock.advance(8 * 60 + 1)
        late = desk.submit(priority=10, of="late")
        works = desk.claim(9)
        assert [work.job_id for work in works] == [job.id for job in reversed(jobs)] + [late.id]

    def test_a_job_that_is_told_to_hurry_passes_others(self, desk: Desk) -> None:
        first, second = desk.submit(), desk.submit(of="b")
        desk.ledger.set_priority(second.id, 9)
        assert [work.job_id for work in desk.claim(2)] == [second.id, first.id]


class Stopping:
    def test_a_stopped_queue_hands_out_nothing_and_goes_on_where_it_was(self, desk: Desk) -> None:
        job = desk.begin(3)
        work = desk.next()
        assert desk.ledger.scheduling.stop(QUEUE, "", LOCAL)
        assert desk.claim(9) == []
        assert desk.tell(work, PageDone("text", 10))
        desk.submit(of="b")
        assert desk.claim(9) == []
        assert desk.ledger.scheduling.go_on(QUEUE, "", LOCAL)
        assert len(desk.claim(9)) == 3
        check_books(desk.ledger, job.id)

    def test_a_stopped_user_holds_up_nobody_else(self, desk: Desk) -> None:
        desk.begin(3, user_id="ann")
        bob = desk.begin(2, user_id="bob", of="b")
        desk.ledger.scheduling.stop(USER, "ann", LOCAL)
        assert [work.job_id for work in desk.claim(9)] == [bob.id] * 2
        desk.ledger.scheduling.go_on(USER, "ann", LOCAL)
        assert len(desk.claim(9)) == 3

    def test_pages_of_a_stopped_engine_wait_and_others_are_read(self, desk: Desk) -> None:
        pages_of(desk, desk.submit(), "ppocr", "text")
        desk.ledger.scheduling.stop(ENGINE, "ppocr", LOCAL)
        assert [work.pool for work in desk.claim(9)] == ["text"]
        assert pool(desk, "ppocr").is_stopped
        desk.ledger.scheduling.go_on(ENGINE, "ppocr", LOCAL)
        assert [work.pool for work in desk.claim(9)] == ["ppocr"]
        assert not pool(desk, "ppocr").is_stopped

    def test_what_becomes_ready_while_it_is_stopped_is_served_afterwards(self, desk: Desk) -> None:
        pages_of(desk, desk.submit(), "ppocr", "ppocr", "ppocr")
        late, dead, freed = desk.claim(3)
        desk.ledger.scheduling.stop(ENGINE, "ppocr", LOCAL)
        desk.tell(late, Retry(BROKEN))
        desk.tell(dead, Died(BROKEN))
        desk.tell(freed, Released())
        desk.clock.advance(60)
        assert desk.claim(9) == []
        desk.ledger.scheduling.go_on(ENGINE, "ppocr", LOCAL)
        assert sorted(work.page_no for work in desk.claim(9)) == [1, 2, 3]

    def test_stopping_twice_is_stopping_once_and_all_is_in_the_log(self, desk: Desk) -> None:
        scheduling, eve = desk.ledger.scheduling, caller("eve")
        desk.submit(user_id="ann")
        assert scheduling.stop(USER, "ann", eve)
        assert not scheduling.stop(USER, "ann", LOCAL)
        (stop,) = scheduling.stops()
        assert (stop.scope, stop.name, stop.by) == (USER, "ann", "eve")
        assert stop.since_ms == desk.clock.now_ms()
        assert scheduling.go_on(USER, "ann", LOCAL)
        assert not scheduling.go_on(USER, "ann", LOCAL)
        assert scheduling.stops() == []
        scheduling.limit_pool("gpu", 4, LOCAL)
        deeds = [(deed.action, deed.target) for deed in desk.people.deeds()][:3]
        assert deeds == [("queue.limit", "gpu"), ("queue.go_on", "ann"), ("queue.stop", "ann")]

    def test_somebody_unknown_cannot_be_stopped(self, desk: Desk) -> None:
        with pytest.raises(PagemillError, match="no user 'nobody'"):
            desk.ledger.scheduling.stop(USER, "nobody", LOCAL)

    def test_a_drain_ends_when_nothing_runs(self, desk: Desk) -> None:
        pages_of(desk, desk.submit(user_id="ann"), "text", "ppocr")
        works = desk.claim(9)
        count = desk.ledger.scheduling.running
        assert (count(QUEUE, ""), count(USER, "ann"), count(ENGINE, "ppocr")) == (2, 2, 1)
        assert (count(USER, "bob"), count(ENGINE, "vlm")) == (0, 0)
        desk.ledger.finish([Report(w.task_id, w.token, PageDone("text", 1)) for w in works])
        assert (count(QUEUE, ""), count(USER, "ann"), count(ENGINE, "ppocr")) == (0, 0, 0)


class Pools:
    def test_pools_are_shown_as_they_are(self, desk: Desk) -> None:
        pages_of(desk, desk.submit(), "text", "text", "text", "ppocr")
        desk.tell(desk.next(), Retry(BROKEN))
        desk.claim(1, pool="text")
        desk.ledger.scheduling.limit_pool("ppocr", 7, LOCAL)
        assert desk.ledger.scheduling.pools() == [
            PoolState("cpu"),
            PoolState("ppocr", max_running=7, ready=1),
            PoolState("text", running=1, ready=1, waiting=1),
        ]

    def test_an_engine_can_be_limited_before_it_has_work(self, desk: Desk) -> None:
        assert desk.ledger.scheduling.limit_pool("vlm", 2, LOCAL) == PoolState("vlm", 2)
        pages_of(desk, desk.submit(), *["vlm"] * 5)
        assert len(desk.claim(9)) == 2
        desk.ledger.scheduling.limit_pool("vlm", None, LOCAL)
        assert len(desk.claim(9)) == 3

    def test_a_retry_with_another_engine_waits_for_that_one(self, desk: Desk) -> None:
        job = desk.begin(2, pool="ppocr")
        desk.read(2, GiveUp(BROKEN))
        desk.ledger.retry(job.id, engine="rapidocr")
        assert [work.pool for work in desk.claim(1)] == ["ppocr"]
        desk.ledger.cancel(job.id)
        desk.ledger.retry(job.id, engine="tesseract")
        assert [(w.pool, w.engine) for w in desk.claim(9)] == [("tesseract", "tesseract")] * 2

    def test_guarded_engines_are_told_to_pages_that_choose_one(self, desk: Desk) -> None:
        pages_of(desk, desk.submit(), *["auto", "text"])
        desk.ledger.scheduling.stop(ENGINE, "vlm", LOCAL)
        desk.ledger.scheduling.limit_pool("ppocr", 5, LOCAL)
        auto, text = desk.claim(2)
        assert (set(auto.guarded), text.guarded) == ({"vlm", "ppocr"}, ())

    def test_a_page_that_is_anothers_moves_there_as_if_it_had_never_begun(self, desk: Desk) -> None:
        job = desk.submit()
        pages_of(desk, job, "auto", "auto")
        desk.ledger.scheduling.limit_pool("ppocr", 1, LOCAL)
        for work in desk.claim(2):
            assert desk.tell(work, Moved("ppocr"))
        check_books(desk.ledger, job.id)
        (moved,) = desk.claim(9)
        assert (moved.pool, moved.engine, moved.attempt, moved.page_no) == ("ppocr", "auto", 1, 1)
        assert desk.tell(moved, PageDone("ppocr", 10))
        assert [work.page_no for work in desk.claim(9)] == [2]

    def test_a_page_that_moves_while_its_job_is_paused_is_held(self, desk: Desk) -> None:
        job = desk.submit()
        pages_of(desk, job, "auto")
        work = desk.next()
        desk.ledger.pause(job.id)
        desk.tell(work, Moved("ppocr"))
        assert desk.states(job) == [TaskState.HELD]
        desk.ledger.resume(job.id)
        assert desk.next().pool == "ppocr"
