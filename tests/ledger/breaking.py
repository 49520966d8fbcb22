"""Engines that are away, clocks that are set back, and what is told of attempts that failed."""

from itertools import pairwise

import pytest

from ledger.desk import BROKEN, Desk, Kit, check_books, node, plan
from ledger.scheduling import one_page_each, pages_of, pool, served
from pagemill.model.breaker import BreakerPolicy
from pagemill.model.task import (
    Away,
    Died,
    GiveUp,
    Moved,
    PageDone,
    Report,
    Retry,
    RetryPolicy,
    TaskKind,
)

BREAKER = RetryPolicy(max_attempts=2, breaker=BreakerPolicy(failures=3, base_seconds=5))


class Breaking:
    def test_rests_grow_while_an_engine_stays_away(self, desk: Desk) -> None:
        job = desk.begin(1, pool="vlm")
        ends = []
        for trips in range(1, 40):
            work = desk.next()
            assert work.attempt == 1
            desk.tell(work, Away(BROKEN, 15))
            state = pool(desk, "vlm")
            assert state.trips == trips
            ends.append(state.rests_until_ms - desk.clock.now_ms())
            assert desk.claim(1) == []
            desk.clock.set(state.rests_until_ms)
        assert max(ends[:2]) <= 30_000
        assert 100_000 < max(ends) <= 300_000
        assert desk.ledger.page(job.id, 1).attempt == 0

    def test_after_a_rest_one_page_tries_and_its_success_lets_all_through(self, desk: Desk) -> None:
        desk.begin(9, pool="vlm")
        for work in desk.claim(4):
            desk.tell(work, Away(BROKEN, 15))
        assert pool(desk, "vlm").trips == 1
        desk.clock.set(pool(desk, "vlm").rests_until_ms)
        (probe,) = desk.claim(9)
        assert desk.claim(9, owner="other:1") == []
        desk.tell(probe, PageDone("vlm", 10))
        assert pool(desk, "vlm").trips == 0
        assert len(desk.claim(9)) == 8

    def test_an_engine_that_is_away_is_no_matter_to_others(self, desk: Desk) -> None:
        pages_of(desk, desk.submit(), "vlm", "text", "text")
        desk.tell(desk.next(), Away(BROKEN, 15))
        assert [work.pool for work in desk.claim(9)] == ["text", "text"]

    def test_a_page_that_chose_an_engine_that_is_away_waits_for_it_there(self, desk: Desk) -> None:
        pages_of(desk, desk.submit(), "auto", "auto")
        desk.tell(desk.next(), Away(BROKEN, 15, "vlm"))
        assert (pool(desk, "auto").trips, pool(desk, "vlm").trips) == (0, 1)
        (other,) = desk.claim(9)
        assert (other.pool, other.guarded) == ("auto", ("vlm",))
        desk.tell(other, Moved("vlm"))
        assert pool(desk, "vlm").ready == 2
        desk.clock.set(pool(desk, "vlm").rests_until_ms)
        assert [work.pool for work in desk.claim(9)] == ["vlm"]

    @pytest.mark.parametrize("outcome", [Retry(BROKEN), Died(BROKEN)])
    def test_failures_of_many_jobs_in_a_row_rest_their_engine(
        self, kit: Kit, outcome: Retry | Died
    ) -> None:
        desk = Desk(kit, BREAKER)
        works = one_page_each(desk, "abc")
        for work, trips in zip(works, (0, 0, 1), strict=True):
            desk.tell(work, outcome)
            assert pool(desk, "ppocr").trips == trips
        desk.clock.set(pool(desk, "ppocr").rests_until_ms + 60_000)
        assert len(desk.claim(9)) == 1
        desk.close()

    def test_a_success_in_between_forgets_the_failures(self, kit: Kit) -> None:
        desk = Desk(kit, BREAKER)
        good, *bad = one_page_each(desk, "abcde")
        desk.tell(bad[0], Retry(BROKEN))
        desk.tell(bad[1], Died(BROKEN))
        desk.tell(good, PageDone("ppocr", 10))
        desk.tell(bad[2], Retry(BROKEN))
        desk.tell(bad[3], Retry(BROKEN))
        assert pool(desk, "ppocr").trips == 0
        desk.close()

    def test_a_document_of_poison_pages_rests_nothing(self, kit: Kit) -> None:
        desk = Desk(kit, BREAKER)
        job = desk.begin(20, pool="ppocr")
        while works := [work for work in desk.claim(5) if work.kind is TaskKind.PAGE]:
            for work in works:
                desk.tell(work, Died(BROKEN))
        assert pool(desk, "ppocr").trips == 0
        assert desk.ledger.job(job.id).pages_failed == 20
        desk.close()

    def test_answers_from_the_cache_say_nothing_of_an_engine(self, desk: Desk) -> None:
        desk.begin(2, pool="vlm")
        first, second = desk.claim(2)
        desk.tell(first, Away(BROKEN, 15))
        desk.clock.set(pool(desk, "vlm").rests_until_ms)
        desk.tell(second, PageDone("vlm", 1, is_cached=True))
        assert pool(desk, "vlm").trips == 1

    def test_documents_that_cannot_be_opened_rest_nothing(self, kit: Kit) -> None:
        desk = Desk(kit, BREAKER)
        for of in "abcdef":
            desk.submit(of=of)
        for work in desk.claim(6):
            desk.tell(work, Died(BROKEN))
        assert pool(desk, "cpu").trips == 0
        desk.close()


class Jumping:
    """The clock of the machine is set back by a day."""

    DAY = 86_400_000

    def test_pages_in_their_back_off_do_not_wait_for_a_day(self, desk: Desk) -> None:
        desk.begin(2)
        for work in desk.claim(2):
            desk.tell(work, Retry(BROKEN))
        desk.clock.set(desk.clock.now_ms() - self.DAY)
        assert desk.ledger.next_due_ms() == desk.clock.now_ms()
        assert len(desk.claim(9)) == 2

    def test_an_engine_does_not_rest_for_a_day(self, desk: Desk) -> None:
        desk.begin(2, pool="vlm")
        desk.tell(desk.next(), Away(BROKEN, 15))
        desk.clock.set(desk.clock.now_ms() - self.DAY)
        assert desk.ledger.next_due_ms() is None
        assert len(desk.claim(9)) == 1

    def test_a_lease_of_a_node_that_is_gone_ends(self, desk: Desk) -> None:
        desk.begin(1)
        desk.next()
        desk.clock.set(desk.clock.now_ms() - self.DAY)
        assert desk.ledger.rescue() == 0
        desk.clock.advance(61)
        assert desk.ledger.rescue() == 1
        assert len(desk.claim()) == 1

    def test_who_is_alive_keeps_what_it_works_on(self, desk: Desk) -> None:
        desk.begin(1)
        work = desk.next()
        desk.clock.set(desk.clock.now_ms() - self.DAY)
        assert desk.ledger.rescue() == 0
        for _ in range(9):
            desk.clock.advance(15)
            assert desk.ledger.heartbeat(node(), 60) == {work.task_id}
            assert desk.ledger.rescue() == 0
        assert desk.tell(work, PageDone("text", 10))

    def test_turns_are_no_matter_of_time(self, desk: Desk) -> None:
        for user in ("ann", "bob"):
            desk.begin(20, user_id=user, of=user)
        users = []
        for _ in range(10):
            desk.clock.set(desk.clock.now_ms() - self.DAY)
            users += [work.user_id for work in served(desk, 1)]
        assert all(one != other for one, other in pairwise(users))


class Histories:
    def test_every_attempt_that_failed_is_told_with_its_node_and_reason(self, desk: Desk) -> None:
        job = desk.begin(1)
        for outcome, owner in (
            (Retry(BROKEN), "one:1"),
            (Died(BROKEN), "two:9"),
            (Away(BROKEN, 1), "two:9"),
            (Retry(BROKEN), "one:1"),
            (GiveUp(BROKEN), "three:2"),
        ):
            (work,) = desk.claim(owner=owner)
            desk.tell(work, outcome)
            desk.clock.advance(61)
        told = [event.data for event in desk.ledger.events(job.id) if "page" in event.data]
        assert [(data["attempt"], data["node"], data["died"]) for data in told] == [
            (1, "one", False),
            (2, "two", True),
            (3, "one", False),
            (4, "three", False),
        ]
        assert {(data["code"], data["message"]) for data in told} == {(BROKEN.code, BROKEN.message)}

    def test_a_worker_that_was_lost_is_told_with_its_node(self, desk: Desk) -> None:
        job = desk.begin(1)
        desk.ledger.enter(node())
        desk.ledger.claim("node:1", ("cpu",), 1, 5)
        desk.clock.advance(6)
        desk.ledger.enter(node())
        desk.ledger.rescue()
        last = desk.ledger.events(job.id)[-1].data
        assert (last["code"], last["attempt"], last["node"]) == ("worker_died", 1, "node")

    def test_a_job_whose_document_kills_names_its_last_attempt(self, desk: Desk) -> None:
        job = desk.submit()
        for _ in range(3):
            desk.tell(desk.next(), Died(BROKEN))
        data = desk.ledger.events(job.id)[-1].data
        assert (data["step"], data["attempt"], data["deaths"]) == ("split", 3, 3)
        assert data["node"] == "node"


class Batches:
    def test_pages_of_several_jobs_are_settled_at_once_each_a_change_of_its_own(
        self, desk: Desk
    ) -> None:
        works = one_page_each(desk, "ab")
        big = desk.submit(of="c")
        desk.tell(desk.next(), plan(3))
        works += desk.claim(3)
        reports = [Report(w.task_id, w.token, PageDone("text", 10)) for w in works]
        reports[3] = Report(works[3].task_id, works[3].token, GiveUp(BROKEN))
        assert desk.ledger.finish(reports) == [True] * 5
        for job in desk.ledger.jobs_by_id([work.job_id for work in works]):
            check_books(desk.ledger, job.id)
        told = [event for event in desk.ledger.events(big.id) if "page" in event.data]
        assert sorted(str(event.data["page"]) for event in told) == ["1", "2", "3"]
        assert {work.kind for work in desk.claim(9)} == {TaskKind.ASSEMBLE}

    def test_an_attempt_that_is_told_twice_at_once_counts_once(self, desk: Desk) -> None:
        job = desk.begin(2)
        work = desk.next()
        report = Report(work.task_id, work.token, PageDone("text", 10))
        late = Report(work.task_id, "another", PageDone("text", 10))
        assert desk.ledger.finish([late, report, report]) == [False, True, False]
        assert desk.ledger.job(job.id).pages_done == 1
        check_books(desk.ledger, job.id)
