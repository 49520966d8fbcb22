"""What becomes of pages that somebody puts right by hand, or has read once more."""

from collections.abc import Callable

import pytest

from ledger.desk import BROKEN, MARKDOWN, Desk, caller, check_books
from pagemill.errors import PagemillError
from pagemill.model.event import EventKind
from pagemill.model.job import Job, JobState
from pagemill.model.page import page_key
from pagemill.model.task import AssembleDone, GiveUp, PageDone, Reread, Retry, TaskKind, TaskState
from pagemill.ports import CorrectionQuery, NewCorrection

ALL = CorrectionQuery()


def correct(desk: Desk, job: Job, page: int = 1, *, token: str = "by-hand", block: int = 0) -> Job:
    """As somebody who saw the page as it is now."""
    seen = desk.ledger.page(job.id, page).token
    new = NewCorrection(page, block, f"before {token}", f"after {token}", seen, token, 0.97)
    told = desk.ledger.revisions.correct(job.id, new, caller("ann"))
    assert told is not None
    check_books(desk.ledger, job.id)
    return told


def read_again(desk: Desk, job: Job, page: int = 1, engine: str = "", password: str = "") -> Job:
    told = desk.ledger.revisions.read_again(job.id, page, engine, password, caller("ann"))
    check_books(desk.ledger, job.id)
    return told


class Correcting:
    def test_a_corrected_page_has_another_text_and_the_outputs_are_written_again(
        self, desk: Desk
    ) -> None:
        job = desk.complete(2)
        old = desk.ledger.page(job.id, 2).token
        told = correct(desk, job, 2)
        page = desk.ledger.page(job.id, 2)
        assert (page.token, page.confidence, page.state) == ("by-hand", 0.97, TaskState.DONE)
        assert (told.state, told.outputs, told.version) == (
            JobState.PROCESSING,
            (),
            job.version + 1,
        )
        event = desk.ledger.events(job.id, job.version)[0]
        assert event.kind is EventKind.PAGE_CORRECTED
        assert event.data == {"page": 2, "block": 0, "user": "ann"}
        work = desk.assemble()
        assert [result.token for result in work.results][1] == "by-hand"
        done = desk.ledger.job(job.id)
        assert (done.state, done.outputs) == (JobState.COMPLETED, (MARKDOWN,))
        assert done.version == told.version + 1
        assert [item.key for item in desk.ledger.trash()] == [page_key(job.id, 2, old)]
        assert (deed := desk.people.deeds("ann")[0]).action == "page.correct"
        assert (deed.target, deed.detail) == (job.id, "page 2, block 0")

    def test_corrections_are_listed_newest_first_and_a_page_at_a_time(self, desk: Desk) -> None:
        job = desk.complete(2)
        for nth, page in enumerate((1, 2, 1)):
            correct(desk, job, page, token=f"t{nth}")
        listed = desk.ledger.revisions.corrections
        found = listed(job.id, ALL)
        assert [(one.page, one.after) for one in found] == [
            (1, "after t2"),
            (2, "after t1"),
            (1, "after t0"),
        ]
        assert {(one.user_id, one.is_superseded) for one in found} == {("ann", False)}
        assert listed(job.id, CorrectionQuery(page=1, limit=1)) == found[:1]
        assert listed(job.id, CorrectionQuery(page=1, before=found[0].id)) == found[2:]
        desk.ledger.delete(job.id)
        assert listed(job.id, ALL) == []

    def test_many_corrections_in_a_row_lead_to_one_assembly(self, desk: Desk) -> None:
        job = desk.complete(1)
        for nth in range(3):
            correct(desk, job, token=f"t{nth}")
        assert desk.assemble().results[0].token == "t2"
        assert desk.claim() == []
        assert desk.ledger.job(job.id).state is JobState.COMPLETED

    @pytest.mark.parametrize("outcome", ["done", "lost", "retry"])
    def test_one_that_comes_while_outputs_are_written_leads_to_one_assembly_more(
        self, desk: Desk, outcome: str
    ) -> None:
        job = desk.complete(1)
        correct(desk, job, token="first")
        work = desk.next()
        correct(desk, job, token="second")
        correct(desk, job, token="third")
        assert desk.claim() == []
        came_of_it = {
            "done": AssembleDone((MARKDOWN,)),
            "lost": Reread((1,), BROKEN),
            "retry": Retry(BROKEN),
        }[outcome]
        assert desk.tell(work, came_of_it)
        check_books(desk.ledger, job.id)
        assert desk.ledger.job(job.id).state is JobState.PROCESSING
        desk.clock.advance(60)
        assert desk.assemble().results[0].token == "third"
        assert desk.ledger.job(job.id).state is JobState.COMPLETED
        assert desk.claim() == []

    def test_a_corrected_text_that_is_lost_is_read_again_without_the_correction(
        self, desk: Desk
    ) -> None:
        job = desk.complete(1)
        correct(desk, job)
        assert desk.tell(desk.next(), Reread((1,), BROKEN))
        desk.work_off()
        check_books(desk.ledger, job.id)
        assert desk.ledger.page(job.id, 1).token != "by-hand"
        assert desk.ledger.revisions.corrections(job.id, ALL)[0].is_superseded

    def test_a_job_that_runs_takes_the_correction_along(self, desk: Desk) -> None:
        job = desk.begin(2)
        desk.read(1)
        assert correct(desk, job).state is JobState.PROCESSING
        desk.ledger.pause(job.id)
        assert correct(desk, job, token="paused").state is JobState.PAUSED
        desk.ledger.resume(job.id)
        desk.read(1)
        assert desk.assemble().results[0].token == "paused"

    def test_a_job_that_was_stopped_keeps_the_correction_for_later(self, desk: Desk) -> None:
        job = desk.begin(2)
        desk.read(1)
        desk.ledger.cancel(job.id)
        assert correct(desk, job).state is JobState.CANCELLED
        assert desk.claim() == []
        desk.ledger.retry(job.id)
        desk.read(1)
        assert desk.assemble().results[0].token == "by-hand"

    def test_who_saw_another_text_changes_nothing(self, desk: Desk) -> None:
        job = desk.complete(1)
        before = (desk.ledger.job(job.id), desk.ledger.page(job.id, 1))
        new = NewCorrection(1, 0, "a", "b", "seen long ago", "new")
        assert desk.ledger.revisions.correct(job.id, new) is None
        assert (desk.ledger.job(job.id), desk.ledger.page(job.id, 1)) == before
        assert desk.ledger.revisions.corrections(job.id, ALL) == []

    def test_only_pages_that_were_read_can_be_corrected(self, desk: Desk) -> None:
        job = desk.begin(2)
        desk.read(1, GiveUp(BROKEN))
        for number, code in ((1, "page_not_ready"), (2, "page_not_ready"), (3, "page_not_found")):
            with pytest.raises(PagemillError) as caught:
                desk.ledger.revisions.correct(job.id, NewCorrection(number, 0, "a", "b", "", "t"))
            assert caught.value.code == code

    def test_a_corrected_text_answers_no_other_job(self, desk: Desk) -> None:
        job, other = desk.complete(1), desk.begin(1)
        assert desk.ledger.page(job.id, 1).token in desk.next().cached_from
        desk.work_off()
        correct(desk, job)
        desk.work_off()
        desk.ledger.cancel(other.id)
        desk.ledger.delete(other.id)  # what else there is of the document may answer from now on
        desk.begin(1)
        assert desk.next().cached_from == ""


class ReadingAgain:
    def test_a_page_is_read_again_by_another_engine_and_others_stay(self, desk: Desk) -> None:
        job = desk.complete(2)
        old = desk.ledger.page(job.id, 1).token
        correct(desk, job, 2)
        desk.work_off()
        told = read_again(desk, job, 1, "tesseract", "secret")
        assert (told.state, told.outputs) == (JobState.PROCESSING, ())
        assert desk.ledger.password(job.id) == "secret"
        event = desk.ledger.events(job.id)[-1]
        assert (event.kind, event.data) == (
            EventKind.JOB_RETRIED,
            {"pages": 1, "engine": "tesseract", "page": 1},
        )
        page = desk.ledger.page(job.id, 1)
        assert (page.state, page.token) == (TaskState.READY, old)  # readable until it is read
        work = desk.next()
        assert (work.kind, work.page_no, work.engine, work.pool, work.cached_from) == (
            TaskKind.PAGE,
            1,
            "tesseract",
            "tesseract",
            "",
        )
        assert desk.tell(work, PageDone("tesseract", 5))
        assert [result.token for result in desk.assemble().results] == [work.token, "by-hand"]
        assert page_key(job.id, 1, old) in {item.key for item in desk.ledger.trash()}
        assert desk.people.deeds("ann")[0].detail == "page 1, tesseract"
        (corrected,) = desk.ledger.revisions.corrections(job.id, ALL)
        assert not corrected.is_superseded

    def test_corrections_of_a_page_that_was_read_again_are_of_the_past(self, desk: Desk) -> None:
        job = desk.complete(2)
        correct(desk, job, 1, token="one")
        correct(desk, job, 2, token="two")
        desk.work_off()
        read_again(desk, job, 1)
        desk.work_off()
        correct(desk, job, 1, token="three")
        found = desk.ledger.revisions.corrections(job.id, ALL)
        assert [(one.after, one.is_superseded) for one in found] == [
            ("after three", False),
            ("after two", False),
            ("after one", True),
        ]

    @pytest.mark.parametrize("ending", ["given up", "cancelled"])
    def test_what_was_read_stays_if_it_cannot_be_read_again(self, desk: Desk, ending: str) -> None:
        job = desk.complete(2, failing=1)
        correct(desk, job, 1)
        desk.work_off()
        before = desk.ledger.page(job.id, 1)
        read_again(desk, job, 1, "tesseract")
        work = desk.next()
        if ending == "cancelled":
            desk.ledger.cancel(job.id)
            assert desk.ledger.page(job.id, 1).token == "by-hand"
            read_again(desk, job, 1)
            work = desk.next()
        assert desk.tell(work, GiveUp(BROKEN))
        check_books(desk.ledger, job.id)
        after = desk.ledger.page(job.id, 1)
        assert (after.state, after.token, after.engine) == (TaskState.DONE, "by-hand", "text")
        assert (after.confidence, after.run_ms) == (before.confidence, before.run_ms)
        assert EventKind.PAGE_KEPT in desk.events(job)
        assert desk.ledger.dead_letters.attempts(job.id, 1)[-1].is_final
        assert desk.assemble().results[0].token == "by-hand"
        done = desk.ledger.job(job.id)
        assert (done.state, done.pages_done, done.pages_failed) == (JobState.COMPLETED, 1, 1)
        assert not desk.ledger.revisions.corrections(job.id, ALL)[0].is_superseded

    def test_of_several_failed_pages_one_is_read_again(self, desk: Desk) -> None:
        job = desk.complete(3, failing=2)
        told = read_again(desk, job, 3, "ppocr")
        assert (told.pages_left, told.pages_failed) == (1, 1)
        work = desk.next()
        assert (work.page_no, work.engine) == (3, "ppocr")
        assert desk.tell(work, PageDone("ppocr", 5))
        desk.assemble()
        assert desk.ledger.failed_pages([job.id]) == {job.id: [2]}

    def test_a_failed_job_goes_on_with_the_page(self, desk: Desk) -> None:
        job = desk.begin(1)
        desk.read(1, GiveUp(BROKEN))
        assert desk.ledger.job(job.id).state is JobState.FAILED
        told = read_again(desk, job)
        assert (told.state, told.failure) == (JobState.PROCESSING, None)
        desk.work_off()
        assert desk.ledger.job(job.id).state is JobState.COMPLETED

    @pytest.mark.parametrize("is_paused", [False, True])
    def test_while_a_job_runs_its_assembly_waits_for_the_page(
        self, desk: Desk, is_paused: bool
    ) -> None:
        job = desk.begin(1)
        desk.read(1)
        assembly = desk.next()
        if is_paused:
            desk.ledger.pause(job.id)
        told = read_again(desk, job)
        assert told.state is (JobState.PAUSED if is_paused else JobState.PROCESSING)
        assert not desk.tell(assembly, AssembleDone((MARKDOWN,)))
        if is_paused:
            assert desk.claim() == []
            desk.ledger.resume(job.id)
        (page,) = desk.read(1)
        assert desk.assemble().results[0].token == page.token

    def test_pages_in_work_and_jobs_with_cancelled_pages_are_left_alone(self, desk: Desk) -> None:
        job = desk.begin(3)
        desk.read(1)
        desk.next()
        for number, code in ((2, "page_not_ready"), (3, "page_not_ready"), (4, "page_not_found")):
            with pytest.raises(PagemillError) as caught:
                read_again(desk, job, number)
            assert caught.value.code == code
        desk.ledger.cancel(job.id)
        for number in (1, 2):
            with pytest.raises(PagemillError) as caught:
                read_again(desk, job, number)
            assert caught.value.code == "invalid_state"

    def test_it_counts_as_a_page_of_the_day(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of(pages_per_day=3)
        job = desk.complete(2)
        read_again(desk, job)
        desk.work_off()
        before = desk.ledger.job(job.id)
        with pytest.raises(PagemillError) as caught:
            read_again(desk, job)
        assert caught.value.code == "quota_pages"
        assert desk.ledger.job(job.id) == before
