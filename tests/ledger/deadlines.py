"""What any ledger does with jobs that run into a time limit."""

from collections.abc import Callable

import pytest

from ledger.desk import BROKEN, Desk, check_books, plan
from pagemill.model.event import EventKind
from pagemill.model.job import Job, JobState
from pagemill.model.task import (
    Died,
    GiveUp,
    PageDone,
    Released,
    Reread,
    Retry,
    TaskKind,
    TaskState,
)

DONE, RUNNING, DEAD = TaskState.DONE, TaskState.RUNNING, TaskState.DEAD
READY, HELD, CANCELLED = TaskState.READY, TaskState.HELD, TaskState.CANCELLED


def code_of(job: Job) -> str:
    return "" if job.failure is None else job.failure.code


def stop(desk: Desk, job: Job) -> int:
    """Looks for late jobs; the books balance before and after."""
    check_books(desk.ledger, job.id)
    count = desk.ledger.stop_late_jobs()
    check_books(desk.ledger, job.id)
    return count


class Deadlines:
    def test_at_the_soft_limit_idle_pages_are_given_up_and_what_was_read_is_written(
        self, desk: Desk
    ) -> None:
        job = desk.begin(4, soft_ms=60_000)
        desk.read(1)
        running = desk.next()
        desk.clock.advance(59.999)
        assert stop(desk, job) == 0
        desk.clock.advance(0.001)
        assert stop(desk, job) == 1
        assert desk.states(job) == [DONE, RUNNING, DEAD, DEAD]
        assert stop(desk, job) == 0
        assert desk.tell(running, PageDone("text", 10))
        desk.assemble()
        end = desk.ledger.job(job.id)
        assert (end.state, end.pages_done, end.pages_failed) == (JobState.COMPLETED, 2, 2)
        assert desk.ledger.page(job.id, 3).failure is not None
        assert desk.ledger.events(job.id)[3].data["code"] == "job_timeout"
        assert desk.ledger.failed_pages([job.id]) == {job.id: [3, 4]}
        check_books(desk.ledger, job.id)

    def test_when_nobody_reads_the_assembly_begins_at_once(self, desk: Desk) -> None:
        job = desk.begin(3, soft_ms=60_000)
        desk.read(1)
        desk.clock.advance(60)
        assert stop(desk, job) == 1
        assert [result.number for result in desk.assemble().results] == [1, 2, 3]
        assert desk.ledger.job(job.id).state is JobState.COMPLETED
        assert desk.events(job)[3:6] == [EventKind.PAGE_FAILED] * 2 + [EventKind.JOB_ASSEMBLING]

    def test_pages_that_wait_for_another_attempt_are_given_up_too(self, desk: Desk) -> None:
        job = desk.begin(2, soft_ms=1)
        desk.read(1)
        desk.read(1, Retry(BROKEN))
        assert desk.states(job) == [DONE, TaskState.WAITING]
        desk.clock.advance(1)
        assert stop(desk, job) == 1
        assert desk.states(job) == [DONE, DEAD]
        assert desk.ledger.next_due_ms() is None
        desk.assemble()

    @pytest.mark.parametrize("outcome", [Retry(BROKEN), Died(BROKEN), Released()])
    @pytest.mark.parametrize("command", ["", "pause"])
    def test_a_page_that_comes_back_unread_after_the_limit_is_not_begun_again(
        self, desk: Desk, outcome: Retry | Died | Released, command: str
    ) -> None:
        job = desk.begin(2, soft_ms=60_000)
        desk.read(1)
        running = desk.next()
        desk.clock.advance(60)
        assert stop(desk, job) == 1
        desk.clock.advance(30)
        assert stop(desk, job) == 1
        assert desk.ledger.held("node:1") == {running.task_id}
        if command:
            desk.ledger.pause(job.id)
        desk.tell(running, outcome)
        desk.clock.advance(1)
        assert stop(desk, job) == 1
        assert desk.states(job) == [DONE, DEAD]
        desk.clock.advance(60)
        assert stop(desk, job) == 0
        if command:
            desk.ledger.resume(job.id)
        desk.assemble()

    def test_a_late_job_that_waits_for_its_last_page_changes_nothing(self, desk: Desk) -> None:
        job = desk.begin(1, soft_ms=1000, hard_ms=9000)
        desk.next()
        desk.clock.advance(1)
        before = desk.ledger.job(job.id)
        for _ in range(3):
            assert stop(desk, job) == 1
            assert stop(desk, job) == 0
            desk.clock.advance(2)
        assert desk.ledger.job(job.id) == before
        desk.clock.advance(2)
        assert stop(desk, job) == 1
        assert code_of(desk.ledger.job(job.id)) == "job_timeout"

    def test_a_job_without_one_page_read_has_nothing_to_write(self, desk: Desk) -> None:
        job = desk.begin(2, soft_ms=1000, hard_ms=9000)
        desk.clock.advance(1)
        assert stop(desk, job) == 1
        end = desk.ledger.job(job.id)
        assert (end.state, code_of(end)) == (JobState.FAILED, "no_page_read")
        assert "time limit" in (end.failure.message if end.failure else "")
        assert desk.claim() == []
        desk.clock.advance(60)
        assert stop(desk, job) == 0
        assert desk.ledger.job(job.id) == end

    def test_what_is_being_written_is_written(self, desk: Desk) -> None:
        job = desk.begin(1, soft_ms=1000)
        desk.read(1)
        writing = desk.next()
        desk.clock.advance(1)
        stop(desk, job)
        assert desk.ledger.held("node:1") == {writing.task_id}

    def test_at_the_hard_limit_the_job_fails_and_its_workers_lose_it(self, desk: Desk) -> None:
        job = desk.begin(3, hard_ms=60_000)
        (read,) = desk.read(1)
        running = desk.next()
        desk.clock.advance(60)
        assert stop(desk, job) == 1
        end = desk.ledger.job(job.id)
        assert (end.state, code_of(end), end.pages_left) == (JobState.FAILED, "job_timeout", 2)
        assert desk.states(job) == [DONE, CANCELLED, CANCELLED]
        assert desk.ledger.page(job.id, 1).token == read.token
        assert not desk.tell(running, PageDone("text", 10))
        assert desk.claim(9) == []
        assert stop(desk, job) == 0
        assert desk.events(job)[-1] is EventKind.JOB_FAILED

    @pytest.mark.parametrize("part", ["pages", "assembly"])
    def test_after_the_soft_limit_comes_the_hard_one(self, desk: Desk, part: str) -> None:
        job = desk.begin(2, soft_ms=10_000, hard_ms=15_000)
        desk.read(1)
        if part == "pages":
            desk.next()
        desk.clock.advance(10)
        assert stop(desk, job) == 1
        if part == "assembly":
            assert desk.next().kind is TaskKind.ASSEMBLE
        desk.clock.advance(4.999)
        stop(desk, job)
        assert desk.ledger.job(job.id).state is JobState.PROCESSING
        desk.clock.advance(0.001)
        assert stop(desk, job) == 1
        assert code_of(desk.ledger.job(job.id)) == "job_timeout"

    @pytest.mark.parametrize("soft_ms", [5000, 20_000])
    def test_whoever_looks_late_finds_the_hard_limit_reached(
        self, desk: Desk, soft_ms: int
    ) -> None:
        job = desk.begin(1, soft_ms=soft_ms, hard_ms=15_000)
        for _ in range(2):
            desk.clock.advance(15)
            assert stop(desk, job) == 1
            assert code_of(desk.ledger.job(job.id)) == "job_timeout"
            desk.ledger.retry(job.id)

    def test_time_counts_from_the_opening_of_the_document(self, desk: Desk) -> None:
        job = desk.submit(soft_ms=1000, hard_ms=1000)
        desk.clock.advance(60)
        assert stop(desk, job) == 0
        desk.tell(desk.next(), plan(1))
        assert stop(desk, job) == 0
        desk.clock.advance(1)
        assert stop(desk, job) == 1

    def test_a_paused_job_is_wound_up_and_written_when_it_goes_on(self, desk: Desk) -> None:
        job = desk.begin(3, soft_ms=10_000)
        desk.read(1)
        desk.ledger.pause(job.id)
        desk.clock.advance(10)
        assert stop(desk, job) == 1
        assert desk.states(job) == [DONE, DEAD, DEAD]
        assert desk.ledger.job(job.id).state is JobState.PAUSED
        assert desk.claim() == []
        assert desk.ledger.resume(job.id).state is JobState.PROCESSING
        desk.assemble()
        assert desk.ledger.job(job.id).state is JobState.COMPLETED
        check_books(desk.ledger, job.id)

    def test_a_paused_job_fails_at_its_hard_limit(self, desk: Desk) -> None:
        job = desk.begin(2, hard_ms=10_000)
        desk.ledger.pause(job.id)
        desk.clock.advance(10)
        assert stop(desk, job) == 1
        assert code_of(desk.ledger.job(job.id)) == "job_timeout"
        assert desk.ledger.retry(job.id).state is JobState.PROCESSING
        assert len(desk.read(2)) == 2

    def test_a_job_that_was_paused_in_the_queue_has_its_whole_time(self, desk: Desk) -> None:
        job = desk.submit(hard_ms=10_000)
        split = desk.next()
        desk.ledger.pause(job.id)
        desk.clock.advance(60)
        desk.tell(split, plan(1))
        desk.clock.advance(9)
        assert stop(desk, job) == 0
        desk.ledger.resume(job.id)
        desk.clock.advance(1)
        assert stop(desk, job) == 1

    @pytest.mark.parametrize("limits", [{"soft_ms": 9000}, {"hard_ms": 9000}])
    def test_a_retry_reads_what_is_missing_and_has_the_whole_time_again(
        self, desk: Desk, limits: dict[str, int]
    ) -> None:
        job = desk.begin(3, **limits)
        desk.read(1)
        desk.clock.advance(9)
        assert stop(desk, job) == 1
        if "soft_ms" in limits:
            desk.assemble()
        desk.clock.advance(60)
        again = desk.ledger.retry(job.id)
        assert (again.pages_done, again.pages_left) == (1, 2)
        assert stop(desk, job) == 0
        desk.clock.advance(8)
        assert [work.page_no for work in desk.read(1)] == [2]
        assert stop(desk, job) == 0
        desk.clock.advance(1)
        assert stop(desk, job) == 1
        state = JobState.PROCESSING if "soft_ms" in limits else JobState.FAILED
        assert desk.ledger.job(job.id).state is state
        assert desk.ledger.job(job.id).pages_done == 2

    def test_an_assembly_that_was_stopped_is_written_again(self, desk: Desk) -> None:
        job = desk.begin(1, hard_ms=9000)
        desk.read(1)
        desk.next()
        desk.clock.advance(9)
        stop(desk, job)
        assert desk.ledger.retry(job.id).state is JobState.PROCESSING
        desk.assemble()
        check_books(desk.ledger, job.id)

    def test_a_job_without_a_limit_may_take_for_ever(self, desk: Desk) -> None:
        job = desk.begin(1)
        desk.clock.advance(10**9)
        assert stop(desk, job) == 0
        assert desk.states(job) == [READY]

    @pytest.mark.parametrize("end", ["completed", "failed", "cancelled"])
    def test_what_has_ended_is_not_late(self, desk: Desk, end: str) -> None:
        job = desk.begin(1, soft_ms=1000, hard_ms=2000)
        if end == "cancelled":
            desk.ledger.cancel(job.id)
        else:
            desk.read(1, GiveUp(BROKEN) if end == "failed" else None)
        if end == "completed":
            desk.assemble()
        before = desk.ledger.job(job.id)
        assert before.state == end
        desk.clock.advance(60)
        assert stop(desk, job) == 0
        assert desk.ledger.job(job.id) == before

    def test_a_deleted_job_is_not_late(self, desk: Desk) -> None:
        desk.ledger.delete(desk.begin(1, hard_ms=1000).id)
        desk.clock.advance(60)
        assert desk.ledger.stop_late_jobs() == 0

    def test_page_texts_lost_after_the_soft_limit_are_read_again(self, desk: Desk) -> None:
        job = desk.begin(2, soft_ms=9000)
        desk.read(1)
        desk.clock.advance(9)
        stop(desk, job)
        desk.tell(desk.next(), Reread((1,), BROKEN))
        desk.clock.advance(60)
        assert stop(desk, job) == 0
        desk.read(1)
        desk.assemble()
        assert desk.ledger.failed_pages([job.id]) == {job.id: [2]}

    def test_asking_costs_nothing_while_nobody_is_late(self, desk: Desk) -> None:
        desk.begin(1, hard_ms=1000)
        mark = desk.ledger.change_mark()
        assert desk.ledger.stop_late_jobs() == 0
        assert desk.ledger.change_mark() == mark

    def test_however_many_are_late_all_are_stopped(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of()
        jobs = [desk.submit(of=f"{n}", hard_ms=1000).id for n in range(120)]
        for work in desk.claim(120):
            desk.tell(work, plan(1))
        desk.clock.advance(1)
        counts = [desk.ledger.stop_late_jobs() for _ in range(3)]
        assert sum(counts) == 120
        assert counts[-1] == 0
        assert {job.state for job in desk.ledger.jobs_by_id(jobs)} == {JobState.FAILED}

    def test_one_late_job_leaves_the_others_alone(self, desk: Desk) -> None:
        late, other = desk.begin(2, hard_ms=1000), desk.submit(of="b", hard_ms=9000)
        desk.clock.advance(1)
        assert stop(desk, late) == 1
        assert desk.ledger.job(other.id) == other
        assert desk.next().job_id == other.id
        assert desk.states(late) == [CANCELLED, CANCELLED]

    def test_held_pages_of_a_job_that_goes_on_in_time_are_read(self, desk: Desk) -> None:
        job = desk.begin(2, soft_ms=9000)
        desk.ledger.pause(job.id)
        assert desk.states(job) == [HELD, HELD]
        desk.clock.advance(8)
        desk.ledger.resume(job.id)
        desk.read(2)
        desk.assemble()
        assert desk.ledger.job(job.id).pages_failed == 0
