"""What node agents are promised by any ledger."""

from collections import Counter
from dataclasses import replace

import pytest

from ledger.desk import BROKEN, Desk, Kit, check_books, plan
from pagemill.model.event import EventKind
from pagemill.model.job import Failure, JobState
from pagemill.model.task import (
    Away,
    Died,
    GiveUp,
    PageDone,
    PagePlan,
    Released,
    Report,
    Reread,
    Retry,
    RetryPolicy,
    SplitDone,
    TaskKind,
    TaskState,
)


class Claiming:
    def test_work_holds_all_a_step_needs(self, desk: Desk) -> None:
        job = desk.begin(2, filename="a.pdf", password="p")
        work = desk.next()
        assert (work.job_id, work.kind, work.page_no) == (job.id, TaskKind.PAGE, 1)
        assert (work.engine, work.reason, work.pool) == ("auto", "a picture", "cpu")
        assert (work.filename, work.password, work.options) == ("a.pdf", "p", job.options)
        assert (work.document, work.attempt, work.deaths) == (job.document, 1, 0)
        assert len(work.token) == 32
        assert work.cached_from == ""

    def test_no_task_is_handed_out_twice(self, desk: Desk) -> None:
        desk.begin(5)
        works = desk.claim(3) + desk.claim(9, owner="other:1")
        assert sorted(work.page_no for work in works) == [1, 2, 3, 4, 5]
        assert len({work.token for work in works}) == 5
        assert desk.ledger.held("node:1") == {work.task_id for work in works[:3]}

    def test_assembly_knows_what_became_of_every_page(self, desk: Desk) -> None:
        desk.begin(2)
        (good,) = desk.read(1, PageDone("rapidocr", 10))
        desk.read(1, GiveUp(BROKEN))
        results = desk.next().results
        assert [(r.number, r.token, r.engine) for r in results] == [
            (1, good.token, "rapidocr"),
            (2, "", "auto"),
        ]
        assert [r.failure for r in results] == [None, BROKEN]

    def test_a_late_user_gets_the_next_slot(self, desk: Desk) -> None:
        desk.begin(20, user_id="ann")
        desk.claim(8)
        desk.submit(user_id="bob", of="b")
        assert desk.next().kind is TaskKind.SPLIT

    def test_slots_are_dealt_evenly(self, desk: Desk) -> None:
        for user in ("ann", "bob", "eve"):
            desk.begin(20, user_id=user, of=user)
        owner_of = {job.id: job.user_id for job in desk.ledger.jobs_by_id(_ids(desk))}
        assert Counter(owner_of[work.job_id] for work in desk.claim(9)) == dict.fromkeys(
            ("ann", "bob", "eve"), 3
        )

    def test_single_slots_go_round(self, desk: Desk) -> None:
        for user in ("ann", "bob", "eve"):
            desk.begin(20, user_id=user, of=user)
        owner_of = {job.id: job.user_id for job in desk.ledger.jobs_by_id(_ids(desk))}
        served = []
        for _ in range(9):
            work = desk.next()
            served.append(owner_of[work.job_id])
            desk.tell(work, PageDone("text", 10))
        assert served[:3] == served[3:6] == served[6:]
        assert len(set(served)) == 3

    def test_who_runs_less_is_served_before_who_waits_longer(self, desk: Desk) -> None:
        desk.begin(9, user_id="bob")
        desk.next()
        ann = desk.begin(9, user_id="ann", of="a2")
        assert desk.next().job_id == ann.id

    def test_weights_are_kept(self, desk: Desk) -> None:
        desk.begin(20, user_id="ann")
        desk.begin(20, user_id="bob", of="b")
        desk.kit.limit_user("ann", weight=3)
        owner_of = {job.id: job.user_id for job in desk.ledger.jobs_by_id(_ids(desk))}
        assert Counter(owner_of[work.job_id] for work in desk.claim(8)) == {"ann": 6, "bob": 2}

    def test_urgent_jobs_come_first_but_nobody_starves(self, desk: Desk) -> None:
        old = desk.submit(priority=2)
        desk.clock.advance(5 * 60)
        urgent = desk.submit(priority=10, of="b")
        desk.clock.advance(5 * 60)
        late = desk.submit(priority=10, of="c")
        order = [desk.next().job_id for _ in range(3)]
        assert order == [urgent.id, old.id, late.id]

    def test_a_job_is_worked_on_in_the_order_of_its_pages(self, desk: Desk) -> None:
        desk.begin(4)
        assert [work.page_no for work in desk.claim(4)] == [1, 2, 3, 4]

    def test_no_user_runs_more_than_they_may(self, kit: Kit) -> None:
        desk = Desk(kit, user_max_running=2)
        desk.begin(9, user_id="ann")
        desk.begin(9, user_id="bob", of="b")
        desk.kit.limit_user("bob", max_running=3)
        works = desk.claim(9)
        assert len(works) == 5
        assert desk.claim(9) == []
        desk.tell(works[0], PageDone("text", 10))
        assert len(desk.claim(9)) == 1
        desk.close()

    def test_no_pool_runs_more_than_it_may(self, desk: Desk) -> None:
        desk.begin(9, pool="gpu")
        desk.kit.limit_pool("gpu", 2)
        assert desk.claim(9, pool="cpu") == []
        works = desk.claim(9, pool="gpu")
        assert [work.pool for work in works] == ["gpu", "gpu"]
        assert desk.claim(9, pool="gpu") == []
        desk.ledger.finish([Report(w.task_id, w.token, PageDone("vlm", 10)) for w in works])
        assert len(desk.claim(9, pool="gpu")) == 2

    def test_an_empty_queue_gives_nothing(self, desk: Desk) -> None:
        assert desk.claim(9) == []
        assert desk.claim(9, pool="never heard of") == []
        desk.submit()
        assert desk.claim(0) == []

    def test_users_whose_row_is_empty_do_not_keep_slots_from_others(self, desk: Desk) -> None:
        for user in ("ann", "bob"):
            desk.complete(1, user_id=user, of=user)
        desk.begin(5, user_id="eve", of="e")
        assert len(desk.claim(5)) == 5


class Finishing:
    def test_a_late_worker_changes_nothing(self, desk: Desk) -> None:
        job = desk.begin(1)
        late = desk.next()
        desk.clock.advance(60)
        assert desk.ledger.rescue() == 0
        desk.clock.advance(ms=1)
        assert desk.ledger.rescue() == 1
        second = desk.next()
        before = desk.ledger.job(job.id), desk.ledger.page(job.id, 1)
        for outcome in (PageDone("text", 10), Retry(BROKEN), GiveUp(BROKEN), Released()):
            assert not desk.tell(late, outcome)
        assert (desk.ledger.job(job.id), desk.ledger.page(job.id, 1)) == before
        assert desk.tell(second, PageDone("text", 10))
        assert not desk.tell(second, PageDone("text", 10))
        assert desk.ledger.page(job.id, 1).token == second.token

    def test_reports_of_one_batch_count_each_for_itself(self, desk: Desk) -> None:
        job = desk.begin(3)
        works = desk.claim(3)
        reports = [Report(work.task_id, work.token, PageDone("text", 10)) for work in works]
        reports[1] = replace(reports[1], token="0" * 32)
        assert desk.ledger.finish(reports) == [True, False, True]
        assert desk.ledger.job(job.id).pages_done == 2
        assert desk.ledger.finish([]) == []

    @pytest.mark.parametrize("last", [PageDone("text", 10), GiveUp(BROKEN), Died(BROKEN)])
    def test_the_last_page_wakes_the_assembly_however_it_ends(
        self, kit: Kit, last: PageDone | GiveUp | Died
    ) -> None:
        desk = Desk(kit, RetryPolicy(max_deaths=1))
        job = desk.begin(3)
        desk.read(1)
        desk.read(1, GiveUp(BROKEN))
        page = desk.next()
        assert desk.claim() == []
        desk.tell(page, last)
        desk.assemble()
        assert desk.ledger.job(job.id).state is JobState.COMPLETED
        check_books(desk.ledger, job.id)
        desk.close()

    def test_errors_are_tried_again_after_a_back_off_until_attempts_run_out(
        self, desk: Desk
    ) -> None:
        job = desk.begin(1)
        for attempt in (1, 2):
            work = desk.next()
            assert work.attempt == attempt
            desk.tell(work, Retry(BROKEN))
            due_ms = desk.ledger.next_due_ms()
            assert due_ms is not None
            assert due_ms - desk.clock.now_ms() <= 1000 * 2 ** (attempt - 1)
            desk.clock.set(due_ms - 1)
            assert desk.claim() == []
            desk.clock.set(due_ms)
        desk.tell(desk.next(), Retry(BROKEN))
        assert desk.states(job) == [TaskState.DEAD]
        assert desk.ledger.page(job.id, 1).failure == BROKEN
        assert desk.events(job)[2:] == [
            EventKind.PAGE_RETRY,
            EventKind.PAGE_RETRY,
            EventKind.PAGE_FAILED,
            EventKind.JOB_FAILED,
        ]

    def test_deaths_are_counted_apart_from_errors(self, desk: Desk) -> None:
        job = desk.begin(1)
        for outcome in (Died(BROKEN), Retry(BROKEN), Died(BROKEN), Retry(BROKEN)):
            desk.clock.advance(60)
            desk.tell(desk.next(), outcome)
        page = desk.ledger.page(job.id, 1)
        assert (page.state, page.deaths, page.attempt) == (TaskState.WAITING, 2, 4)
        desk.clock.advance(60)
        desk.tell(desk.next(), Died(BROKEN))
        assert desk.states(job) == [TaskState.DEAD]

    def test_a_page_that_overran_twice_is_given_up_and_a_step_is_not(self, desk: Desk) -> None:
        job = desk.begin(2)
        for code in ("page_memory", "page_timeout"):
            work = desk.next()
            assert work.page_no == 1
            desk.tell(work, Died(Failure(code, "Beyond its limit")))
        assert desk.states(job) == [TaskState.DEAD, TaskState.READY]
        assert desk.ledger.page(job.id, 1).deaths == 2
        desk.read(1)
        for _ in range(2):
            desk.tell(desk.next(), Died(Failure("page_timeout", "Beyond its limit")))
        assembly = desk.next()
        assert (assembly.kind, assembly.deaths) == (TaskKind.ASSEMBLE, 2)

    def test_a_killed_page_is_ready_again_at_once(self, desk: Desk) -> None:
        desk.begin(1)
        first = desk.next()
        desk.tell(first, Died(BROKEN))
        again = desk.next()
        assert (again.task_id, again.attempt, again.deaths) == (first.task_id, 2, 1)
        assert again.token != first.token

    def test_a_released_task_gets_its_attempt_back_without_a_word(self, desk: Desk) -> None:
        job = desk.begin(1)
        desk.tell(desk.next(), Released())
        assert desk.ledger.job(job.id).version == 2
        assert desk.next().attempt == 1

    def test_an_engine_that_is_away_rests_its_pool_and_burns_no_attempt(self, desk: Desk) -> None:
        job = desk.begin(2, pool="gpu")
        for work in desk.claim(2, pool="gpu"):
            desk.tell(work, Away(BROKEN, 30))
        assert desk.claim(1, pool="gpu") == []
        assert desk.ledger.page(job.id, 1).failure == BROKEN
        due_ms = desk.ledger.next_due_ms()
        assert due_ms is not None
        assert desk.clock.now_ms() < due_ms <= desk.clock.now_ms() + 30_000
        desk.submit(of="b")
        assert desk.next().pool == "cpu"
        desk.clock.set(due_ms)
        assert desk.ledger.next_due_ms() is None
        assert [work.attempt for work in desk.claim(2, pool="gpu")] == [1]

    def test_a_split_that_dies_takes_the_job_with_it(self, desk: Desk) -> None:
        job = desk.submit()
        for _ in range(3):
            desk.tell(desk.next(), Died(BROKEN))
        failed = desk.ledger.job(job.id)
        assert (failed.state, failed.failure) == (JobState.FAILED, BROKEN)
        assert desk.events(job)[1:] == [EventKind.STEP_RETRY] * 2 + [EventKind.JOB_FAILED]
        assert desk.ledger.events(job.id)[1].data == {
            "step": "split",
            "code": "engine_failed",
            "message": BROKEN.message,
            "attempt": 1,
            "node": "node",
            "died": True,
        }

    def test_a_document_without_the_pages_asked_for_fails_its_job(self, desk: Desk) -> None:
        job = desk.submit()
        desk.tell(desk.next(), SplitDone(3, ()))
        failure = desk.ledger.job(job.id).failure
        assert failure is not None
        assert failure.code == "no_such_pages"

    def test_pages_planned_twice_are_read_once(self, desk: Desk) -> None:
        job = desk.submit()
        page = PagePlan(2, "text", "good text", "")
        desk.tell(desk.next(), SplitDone(3, (page, page)))
        assert desk.ledger.job(job.id).pages_total == 1
        assert [work.page_no for work in desk.claim(9)] == [2]

    def test_an_answer_to_another_question_fails_the_task(self, desk: Desk) -> None:
        job = desk.begin(1)
        assert desk.tell(desk.next(), plan(3))
        failure = desk.ledger.page(job.id, 1).failure
        assert failure is not None
        assert failure.code == "internal"
        check_books(desk.ledger, job.id)

    def test_lost_page_texts_are_read_again_before_assembly(self, desk: Desk) -> None:
        job = desk.begin(3)
        desk.read(3)
        desk.tell(desk.next(), Reread((1, 3), BROKEN))
        check_books(desk.ledger, job.id)
        assert desk.ledger.job(job.id).pages_left == 2
        desk.clock.advance(60)
        assert [work.page_no for work in desk.read(2)] == [1, 3]
        desk.assemble()
        assert desk.ledger.job(job.id).pages_done == 3

    def test_a_page_text_lost_again_and_again_is_given_up(self, desk: Desk) -> None:
        job = desk.begin(2)
        desk.read(2)
        for _ in range(2):
            desk.tell(desk.next(), Reread((2,), BROKEN))
            desk.clock.advance(60)
            desk.read(1)
        desk.tell(desk.next(), Reread((2,), BROKEN))
        assert desk.ledger.failed_pages([job.id]) == {job.id: [2]}
        desk.assemble()
        check_books(desk.ledger, job.id)

    def test_assembly_waits_while_any_lost_page_can_still_be_read(self, desk: Desk) -> None:
        job = desk.begin(2)
        for _ in range(2):
            desk.tell(desk.next(), Retry(BROKEN))
            desk.clock.advance(60)
        desk.read(2)
        desk.tell(desk.next(), Reread((1, 2), BROKEN))
        assert desk.states(job) == [TaskState.DEAD, TaskState.WAITING]
        assert desk.claim() == []
        desk.clock.advance(60)
        assert [work.page_no for work in desk.read(1)] == [2]
        desk.assemble()
        check_books(desk.ledger, job.id)

    def test_when_all_lost_pages_are_given_up_none_was_read(self, kit: Kit) -> None:
        desk = Desk(kit, RetryPolicy(max_attempts=1))
        job = desk.begin(2)
        desk.read(2)
        desk.tell(desk.next(), Reread((1, 2), BROKEN))
        failure = desk.ledger.job(job.id).failure
        assert failure is not None
        assert failure.code == "no_page_read"
        assert desk.claim() == []
        check_books(desk.ledger, job.id)
        desk.close()

    def test_assembly_cannot_ask_for_ever_for_pages_that_were_never_read(self, desk: Desk) -> None:
        job = desk.begin(2)
        desk.read(1)
        desk.read(1, GiveUp(BROKEN))
        for _ in range(3):
            desk.tell(desk.next(), Reread((2, 7), BROKEN))
            desk.clock.advance(60)
        assert desk.ledger.job(job.id).state is JobState.FAILED


def _ids(desk: Desk) -> list[str]:
    """Every job sent from this desk so far."""
    return [f"{n:036d}" for n in range(1, 50)]
