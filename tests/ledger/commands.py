"""What people may tell a job of any ledger to do."""

import pytest

from ledger.desk import BROKEN, MARKDOWN, Desk, check_books, plan
from pagemill.errors import PagemillError
from pagemill.model.job import JobState
from pagemill.model.task import Died, GiveUp, PageDone, Retry, TaskKind, TaskState


class Commanding:
    def test_a_cancelled_job_takes_the_token_from_its_workers(self, desk: Desk) -> None:
        job = desk.begin(3)
        running = desk.next()
        cancelled = desk.ledger.cancel(job.id)
        assert (cancelled.state, cancelled.pages_left) == (JobState.CANCELLED, 3)
        assert desk.ledger.held("node:1") == set()
        assert not desk.tell(running, PageDone("text", 10))
        assert desk.claim(9) == []
        assert set(desk.states(job)) == {TaskState.CANCELLED}
        check_books(desk.ledger, job.id)

    def test_a_cancelled_job_can_go_on_with_the_pages_not_done(self, desk: Desk) -> None:
        job = desk.begin(3)
        desk.read(1)
        desk.ledger.cancel(job.id)
        again = desk.ledger.retry(job.id)
        assert (again.state, again.pages_done, again.pages_left) == (JobState.PROCESSING, 1, 2)
        assert [work.page_no for work in desk.read(2)] == [2, 3]
        desk.assemble()
        assert desk.ledger.job(job.id).state is JobState.COMPLETED
        check_books(desk.ledger, job.id)

    def test_a_job_cancelled_before_it_was_opened_begins_again(self, desk: Desk) -> None:
        job = desk.submit()
        desk.next()
        desk.ledger.cancel(job.id)
        assert desk.ledger.retry(job.id).state is JobState.QUEUED
        desk.work_off()
        assert desk.ledger.job(job.id).state is JobState.COMPLETED

    def test_a_job_cancelled_while_it_was_assembled_is_only_assembled_again(
        self, desk: Desk
    ) -> None:
        job = desk.begin(1)
        desk.read(1)
        desk.next()
        desk.ledger.cancel(job.id)
        desk.ledger.retry(job.id)
        desk.assemble()
        assert desk.ledger.job(job.id).outputs == (MARKDOWN,)

    def test_a_paused_job_begins_nothing_and_finishes_what_runs(self, desk: Desk) -> None:
        job = desk.begin(3)
        running = desk.next()
        desk.tell(waiting := desk.next(), Retry(BROKEN))
        assert desk.ledger.pause(job.id).state is JobState.PAUSED
        desk.clock.advance(3600)
        assert desk.claim(9) == []
        assert desk.tell(running, PageDone("text", 10))
        assert desk.states(job) == [TaskState.DONE, TaskState.HELD, TaskState.HELD]
        check_books(desk.ledger, job.id)
        assert desk.ledger.resume(job.id).state is JobState.PROCESSING
        assert {work.page_no for work in desk.claim(9)} == {waiting.page_no, 3}

    @pytest.mark.parametrize("outcome", [Retry(BROKEN), Died(BROKEN)])
    def test_what_goes_wrong_in_a_paused_job_is_held(
        self, desk: Desk, outcome: Retry | Died
    ) -> None:
        job = desk.begin(1)
        running = desk.next()
        desk.ledger.pause(job.id)
        desk.tell(running, outcome)
        assert desk.states(job) == [TaskState.HELD]
        assert desk.ledger.next_due_ms() is None

    def test_a_job_paused_while_it_is_opened_waits_with_all_its_pages(self, desk: Desk) -> None:
        job = desk.submit()
        split = desk.next()
        desk.ledger.pause(job.id)
        desk.tell(split, plan(2))
        assert desk.ledger.job(job.id).state is JobState.PAUSED
        assert desk.claim(9) == []
        assert desk.ledger.resume(job.id).state is JobState.PROCESSING
        desk.work_off()
        assert desk.ledger.job(job.id).state is JobState.COMPLETED

    def test_a_paused_job_is_not_assembled_until_it_goes_on(self, desk: Desk) -> None:
        job = desk.begin(1)
        page = desk.next()
        desk.ledger.pause(job.id)
        desk.tell(page, PageDone("text", 10))
        assert desk.claim() == []
        desk.ledger.resume(job.id)
        desk.assemble()

    def test_a_job_paused_in_the_queue_goes_back_there(self, desk: Desk) -> None:
        job = desk.submit()
        desk.ledger.pause(job.id)
        assert desk.ledger.resume(job.id).state is JobState.QUEUED
        assert desk.next().kind is TaskKind.SPLIT

    @pytest.mark.parametrize("command", ["cancel", "pause", "resume"])
    def test_commands_that_make_no_sense_are_refused(self, desk: Desk, command: str) -> None:
        job = desk.complete(1)
        with pytest.raises(PagemillError) as error:
            getattr(desk.ledger, command)(job.id)
        assert error.value.code == "invalid_state"
        with pytest.raises(PagemillError) as error:
            getattr(desk.ledger, command)("nobody")
        assert error.value.code == "job_not_found"
        assert desk.ledger.job(job.id) == job

    def test_a_new_priority_changes_the_place_of_all_that_is_left(self, desk: Desk) -> None:
        first = desk.begin(2, priority=5)
        second = desk.submit(of="b", priority=5)
        changed = desk.ledger.set_priority(second.id, 9)
        assert (changed.priority, changed.version) == (9, 2)
        assert [work.job_id for work in desk.claim(3)] == [second.id, first.id, first.id]


class Retrying:
    def test_only_failed_pages_are_read_again(self, desk: Desk) -> None:
        job = desk.complete(3, failing=1)
        again = desk.ledger.retry(job.id)
        assert (again.state, again.pages_left, again.pages_failed) == (JobState.PROCESSING, 1, 0)
        assert again.outputs == ()
        assert [work.page_no for work in desk.read(1)] == [3]
        results = desk.assemble().results
        assert [result.failure for result in results] == [None] * 3
        done = desk.ledger.job(job.id)
        assert (done.state, done.pages_done) == (JobState.COMPLETED, 3)
        check_books(desk.ledger, job.id)

    def test_failed_pages_may_go_to_another_engine(self, desk: Desk) -> None:
        job = desk.complete(2, failing=1)
        desk.ledger.retry(job.id, engine="tesseract")
        work = desk.next()
        assert (work.page_no, work.engine) == (2, "tesseract")
        assert desk.ledger.page(job.id, 1).engine == "text"

    def test_what_another_engine_read_does_not_answer_for_the_planned_one(self, desk: Desk) -> None:
        job = desk.complete(2, failing=1)
        desk.ledger.retry(job.id, engine="tesseract")
        desk.read(1)
        desk.assemble()
        desk.begin(2)
        assert [bool(work.cached_from) for work in desk.claim(2)] == [True, False]

    def test_a_job_without_one_good_page_can_be_retried(self, desk: Desk) -> None:
        job = desk.begin(2)
        desk.read(2, GiveUp(BROKEN))
        failed = desk.ledger.job(job.id)
        assert failed.failure is not None
        assert (failed.state, failed.failure.code) == (JobState.FAILED, "no_page_read")
        assert BROKEN.message in failed.failure.message
        assert desk.claim() == []
        desk.ledger.retry(job.id)
        desk.work_off()
        assert desk.ledger.job(job.id).state is JobState.COMPLETED
        check_books(desk.ledger, job.id)

    def test_a_document_that_could_not_be_opened_is_opened_again(self, desk: Desk) -> None:
        job = desk.submit()
        desk.tell(desk.next(), GiveUp(type(BROKEN)("password_required", "It is encrypted")))
        failed = desk.ledger.job(job.id)
        assert failed.failure is not None
        assert (failed.state, failed.failure.code) == (JobState.FAILED, "password_required")
        again = desk.ledger.retry(job.id, engine="text", password="open")
        assert (again.state, again.failure) == (JobState.QUEUED, None)
        work = desk.next()
        assert (work.password, work.options.engine, work.attempt) == ("open", "text", 2)

    def test_outputs_that_could_not_be_written_are_written_again(self, desk: Desk) -> None:
        job = desk.begin(2)
        desk.read(2)
        desk.tell(desk.next(), GiveUp(BROKEN))
        assert desk.ledger.job(job.id).failure == BROKEN
        assert desk.ledger.retry(job.id).state is JobState.PROCESSING
        desk.assemble()
        check_books(desk.ledger, job.id)

    def test_nothing_is_retried_where_nothing_failed(self, desk: Desk) -> None:
        job = desk.complete(1)
        with pytest.raises(PagemillError) as error:
            desk.ledger.retry(job.id)
        assert error.value.code == "invalid_state"
        assert desk.ledger.job(job.id) == job
