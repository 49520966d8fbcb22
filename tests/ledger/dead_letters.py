"""What any ledger tells of tasks that were given up, and how it tries them again."""

from dataclasses import replace

import pytest

from ledger.desk import BROKEN, MARKDOWN, Desk, caller, check_books, plan
from pagemill.errors import PagemillError
from pagemill.model.event import EventKind
from pagemill.model.job import Failure, Job, JobState
from pagemill.model.people import LOCAL
from pagemill.model.task import (
    AssembleDone,
    Died,
    GiveUp,
    PageDone,
    PagePlan,
    Retry,
    RetryPolicy,
    SplitDone,
    TaskKind,
    TaskState,
)
from pagemill.ports import DeadLetter, DeadQuery, PruneDates, Requeued

SLOW = Failure("page_timeout", "It took too long", "Try another one.")
CORRUPT = Failure("corrupt", "The file is damaged")
ALL = DeadQuery(limit=1000)


def dead(desk: Desk, query: DeadQuery = ALL) -> list[tuple[str, int, str]]:
    """Job, page and code of each, as listed."""
    found = desk.ledger.dead_letters.dead(query)
    return [(letter.job_id, letter.page_no, letter.failure.code) for letter in found]


def requeue(desk: Desk, query: DeadQuery = ALL) -> Requeued:
    return desk.ledger.dead_letters.requeue(query, LOCAL)


def with_gaps(desk: Desk, *failures: Failure, pages: int = 4, **given: object) -> Job:
    """A completed job whose last pages failed, a second apart."""
    job = desk.begin(pages, **given)  # type: ignore[arg-type]
    desk.read(pages - len(failures))
    for failure in failures:
        desk.clock.advance(1)
        desk.read(1, GiveUp(failure))
    desk.assemble()
    return desk.ledger.job(job.id)


def unopened(desk: Desk, failure: Failure = CORRUPT, **given: object) -> Job:
    job = desk.submit(**given)
    desk.clock.advance(1)
    assert desk.tell(desk.next(), GiveUp(failure))
    return desk.ledger.job(job.id)


class Dead:
    def test_given_up_tasks_are_listed_newest_first_with_their_reason(self, desk: Desk) -> None:
        gaps = with_gaps(desk, BROKEN, SLOW, user_id="ann")
        at_ms = desk.clock.now_ms()
        closed = unopened(desk, filename="bad.pdf")
        first, second, third = desk.ledger.dead_letters.dead(ALL)
        assert second == DeadLetter(
            task_id=second.task_id,
            job_id=gaps.id,
            user_id="ann",
            filename="scan.pdf",
            job_state=JobState.COMPLETED,
            kind=TaskKind.PAGE,
            page_no=4,
            engine="auto",
            failure=SLOW,
            attempts=1,
            deaths=0,
            at_ms=at_ms,
        )
        assert (first.kind, first.page_no, first.job_id) == (TaskKind.SPLIT, 0, closed.id)
        assert (first.filename, first.job_state) == ("bad.pdf", JobState.FAILED)
        assert (third.page_no, third.failure) == (3, BROKEN)

    def test_an_assembly_that_was_given_up_is_among_them(self, desk: Desk) -> None:
        job = desk.begin(1)
        desk.read(1)
        assert desk.tell(desk.next(), GiveUp(BROKEN))
        (letter,) = desk.ledger.dead_letters.dead(ALL)
        assert (letter.kind, letter.job_id) == (TaskKind.ASSEMBLE, job.id)

    def test_they_are_chosen_by_user_code_engine_and_time(self, desk: Desk) -> None:
        ann = with_gaps(desk, BROKEN, SLOW, user_id="ann").id
        since_ms = desk.clock.now_ms()
        bob = unopened(desk, user_id="bob").id
        broken, slow, closed = (
            (ann, 3, "engine_failed"),
            (ann, 4, "page_timeout"),
            (bob, 0, "corrupt"),
        )
        assert dead(desk, DeadQuery(user_id="ann")) == [slow, broken]
        assert dead(desk, DeadQuery(code="page_timeout")) == [slow]
        assert dead(desk, DeadQuery(user_id="ann", code="corrupt")) == []
        assert dead(desk, DeadQuery(engine="auto")) == [slow, broken]
        assert dead(desk, DeadQuery(engine="text")) == []
        assert dead(desk, DeadQuery(since_ms=since_ms)) == [closed, slow]
        assert dead(desk, DeadQuery(but_codes=("corrupt", "page_timeout"))) == [broken]
        assert dead(desk, DeadQuery(user_id="nobody")) == []

    def test_a_cursor_goes_through_all_of_them_once(self, desk: Desk) -> None:
        with_gaps(desk, BROKEN, BROKEN)
        desk.begin(3, of="b", key="other")
        for work in [desk.next() for _ in range(3)]:  # all in the same moment
            assert desk.tell(work, GiveUp(SLOW))
        seen, query = [], DeadQuery(limit=2)
        while letters := desk.ledger.dead_letters.dead(query):
            seen += letters
            query = replace(query, before=letters[-1].cursor)
        assert seen == desk.ledger.dead_letters.dead(ALL)
        assert len(seen) == 5

    @pytest.mark.parametrize("cursor", ["x", "1", "1.", "1.2.3", "-1.2", "9" * 19 + ".1", "٣.١"])
    def test_a_cursor_that_none_has_is_refused(self, desk: Desk, cursor: str) -> None:
        with pytest.raises(PagemillError, match="before"):
            desk.ledger.dead_letters.dead(DeadQuery(before=cursor))

    def test_reasons_are_counted_the_most_frequent_first(self, desk: Desk) -> None:
        with_gaps(desk, SLOW, user_id="ann")
        first_ms = desk.clock.now_ms() + 1000
        with_gaps(desk, BROKEN, BROKEN, of="b", key="other")
        most, least = desk.ledger.dead_letters.reasons(ALL)
        assert (most.code, most.count) == ("engine_failed", 2)
        assert (most.first_ms, most.last_ms) == (first_ms, desk.clock.now_ms())
        assert most.example in desk.ledger.dead_letters.dead(ALL)
        assert (least.code, least.count, least.example.failure) == ("page_timeout", 1, SLOW)
        (own,) = desk.ledger.dead_letters.reasons(DeadQuery(user_id="ann"))
        assert own == least
        assert desk.ledger.dead_letters.reasons(DeadQuery(since_ms=first_ms)) == [most]
        assert desk.ledger.dead_letters.reasons(DeadQuery(code="corrupt")) == []


class Requeueing:
    def test_given_up_pages_are_read_again_and_no_others(self, desk: Desk) -> None:
        job = with_gaps(desk, BROKEN, BROKEN)
        assert requeue(desk) == Requeued((job.id,), 2)
        again = desk.ledger.job(job.id)
        assert (again.state, again.pages_left, again.pages_failed) == (JobState.PROCESSING, 2, 0)
        assert (again.outputs, again.finished_ms) == ((), None)
        check_books(desk.ledger, job.id)
        assert [work.page_no for work in desk.read(2)] == [3, 4]
        desk.assemble()
        assert desk.ledger.job(job.id).pages_done == 4
        assert dead(desk) == []

    def test_only_pages_that_match_go_and_the_others_stay_failed(self, desk: Desk) -> None:
        job = with_gaps(desk, SLOW, BROKEN)
        assert requeue(desk, DeadQuery(code="page_timeout")) == Requeued((job.id,), 1)
        again = desk.ledger.job(job.id)
        assert (again.pages_left, again.pages_failed) == (1, 1)
        check_books(desk.ledger, job.id)
        desk.read(1)
        desk.assemble()
        assert desk.ledger.failed_pages([job.id]) == {job.id: [4]}
        assert desk.ledger.job(job.id).state is JobState.COMPLETED

    def test_all_matching_pages_of_a_job_go_with_the_first(self, desk: Desk) -> None:
        job = with_gaps(desk, BROKEN, SLOW, BROKEN)
        only = DeadQuery(code="engine_failed", limit=1)
        requeued = requeue(desk, only)
        assert (requeued.job_ids, requeued.pages) == ((job.id,), 2)
        assert requeue(desk, replace(only, before=requeued.before)) == Requeued()

    def test_a_job_of_which_no_page_was_read_goes_on(self, desk: Desk) -> None:
        job = desk.begin(2)
        desk.read(2, GiveUp(BROKEN))
        assert desk.ledger.job(job.id).state is JobState.FAILED
        assert requeue(desk) == Requeued((job.id,), 2)
        desk.work_off()
        assert desk.ledger.job(job.id).state is JobState.COMPLETED
        check_books(desk.ledger, job.id)

    def test_a_document_that_could_not_be_opened_is_opened_again(self, desk: Desk) -> None:
        job = unopened(desk)
        assert requeue(desk) == Requeued((job.id,))
        assert desk.ledger.job(job.id).state is JobState.QUEUED
        assert desk.tell(desk.next(), plan(1))
        desk.work_off()
        assert desk.ledger.job(job.id).state is JobState.COMPLETED
        check_books(desk.ledger, job.id)

    def test_outputs_that_could_not_be_written_are_written_again(self, desk: Desk) -> None:
        job = desk.begin(2)
        desk.read(1)
        desk.read(1, GiveUp(SLOW))
        assert desk.tell(desk.next(), GiveUp(BROKEN))
        assert requeue(desk, DeadQuery(code="engine_failed")) == Requeued((job.id,))
        check_books(desk.ledger, job.id)
        work = desk.next()
        assert work.kind is TaskKind.ASSEMBLE
        assert desk.tell(work, AssembleDone((MARKDOWN,)))
        assert desk.ledger.failed_pages([job.id]) == {job.id: [2]}

    def test_what_runs_or_was_cancelled_is_left_alone(self, desk: Desk) -> None:
        running = desk.begin(2)
        desk.read(1, GiveUp(BROKEN))
        before = desk.ledger.job(running.id)
        assert requeue(desk) == Requeued(left_out=1)
        assert desk.ledger.job(running.id) == before
        cancelled = desk.ledger.cancel(running.id)
        assert requeue(desk) == Requeued(left_out=1)
        assert desk.ledger.job(running.id) == cancelled

    def test_nothing_is_requeued_twice(self, desk: Desk) -> None:
        job = with_gaps(desk, BROKEN)
        assert requeue(desk).pages == 1
        assert requeue(desk) == Requeued()
        assert desk.events(job).count(EventKind.JOB_RETRIED) == 1

    def test_batches_meet_each_given_up_task_once_even_if_they_fail_again(self, desk: Desk) -> None:
        jobs = [unopened(desk, BROKEN, of=of).id for of in "abcde"]
        query, met = DeadQuery(limit=2), []
        while True:
            part = requeue(desk, query)
            met += part.job_ids
            for work in desk.claim(9):
                desk.clock.advance(1)
                assert desk.tell(work, GiveUp(BROKEN))
            if not part.before:
                break
            query = replace(query, before=part.before)
        assert met == jobs[::-1]
        assert len(dead(desk)) == 5

    def test_of_one_user_only_what_is_theirs_goes(self, desk: Desk) -> None:
        ann = with_gaps(desk, BROKEN, user_id="ann")
        bob = with_gaps(desk, BROKEN, user_id="bob", of="b")
        before = desk.ledger.job(bob.id)
        assert requeue(desk, DeadQuery(user_id="ann")).job_ids == (ann.id,)
        assert desk.ledger.job(bob.id) == before

    def test_tasks_begin_with_a_clean_record(self, desk: Desk) -> None:
        job = desk.begin(1)
        for _ in range(RetryPolicy().max_deaths):
            assert desk.tell(desk.next(), Died(BROKEN))
        assert requeue(desk).pages == 1
        assert desk.tell(desk.next(), Died(BROKEN))
        page = desk.ledger.page(job.id, 1)
        assert (page.state, page.deaths, page.attempt) == (TaskState.READY, 1, 4)

    def test_who_tried_again_what_stands_in_the_audit_log(self, desk: Desk) -> None:
        with_gaps(desk, BROKEN, BROKEN, user_id="ann")
        letters = desk.ledger.dead_letters
        letters.requeue(DeadQuery(user_id="ann", code="engine_failed"), caller("ann"))
        letters.requeue(DeadQuery(user_id="ann"), caller("ann"))
        (deed, *_) = desk.people.deeds()
        assert (deed.action, deed.user_id, deed.target) == ("queue.requeue", "ann", "ann")
        assert deed.detail == "1 jobs, 2 pages, code engine_failed"
        assert [one.action for one in desk.people.deeds()].count("queue.requeue") == 1

    def test_time_limits_count_from_the_new_beginning(self, desk: Desk) -> None:
        job = with_gaps(desk, BROKEN, hard_ms=10_000)
        desk.clock.advance(60)
        requeue(desk)
        desk.clock.advance(9)
        assert desk.ledger.stop_late_jobs() == 0
        desk.clock.advance(2)
        assert desk.ledger.stop_late_jobs() == 1
        assert desk.ledger.job(job.id).state is JobState.FAILED


class Attempts:
    def test_every_failed_attempt_at_a_page_is_told(self, desk: Desk) -> None:
        job = desk.begin(12)
        first = desk.next()
        assert desk.tell(first, Retry(BROKEN))
        one_ms = desk.clock.now_ms()
        desk.read(11, GiveUp(SLOW))  # page 11, too, and it is told apart from page 1
        desk.clock.advance(100)
        assert desk.tell(desk.next(), Died(SLOW))
        assert desk.tell(desk.next(), GiveUp(CORRUPT))
        told = desk.ledger.dead_letters.attempts(job.id, first.page_no)
        assert [(one.attempt, one.failure.code) for one in told] == [
            (1, "engine_failed"),
            (2, "page_timeout"),
            (3, "corrupt"),
        ]
        assert [one.has_died for one in told] == [False, True, False]
        assert [one.is_final for one in told] == [False, False, True]
        assert (told[0].at_ms, told[0].failure.message) == (one_ms, BROKEN.message)
        (only,) = desk.ledger.dead_letters.attempts(job.id, 11)
        assert only.is_final

    def test_a_page_that_kills_its_worker_to_the_end_says_so(self, desk: Desk) -> None:
        job = desk.begin(1)
        for _ in range(RetryPolicy().max_deaths):
            assert desk.tell(desk.next(), Died(BROKEN))
        told = desk.ledger.dead_letters.attempts(job.id, 1)
        assert [one.has_died for one in told] == [True] * 3
        assert [one.is_final for one in told] == [False, False, True]

    def test_nothing_is_told_of_pages_without_failures_and_of_events_that_are_gone(
        self, desk: Desk
    ) -> None:
        job = with_gaps(desk, BROKEN)
        assert desk.ledger.dead_letters.attempts(job.id, 1) == []
        assert len(desk.ledger.dead_letters.attempts(job.id, 4)) == 1
        desk.ledger.prune(PruneDates(desk.clock.now_ms() + 1))
        assert desk.ledger.dead_letters.attempts(job.id, 4) == []


class Engines:
    def test_pages_are_chosen_by_the_engine_that_gave_up(self, desk: Desk) -> None:
        job = desk.submit()
        plans = [PagePlan(n, name, "asked for", "", "cpu") for n, name in ((1, "a"), (2, "b"))]
        assert desk.tell(desk.next(), SplitDone(2, tuple(plans)))
        desk.read(2, GiveUp(BROKEN))
        assert requeue(desk, DeadQuery(engine="b")) == Requeued((job.id,), 1)
        assert desk.states(job) == [TaskState.DEAD, TaskState.READY]
        desk.tell(desk.next(), PageDone("b", 1))
        desk.assemble()
        check_books(desk.ledger, job.id)
