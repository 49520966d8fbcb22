"""What a look over any ledger finds, and that repairs leave books that balance."""

import pytest

from ledger.desk import BROKEN, Desk, check_books, node
from pagemill.errors import PagemillError
from pagemill.model.books import Wrong
from pagemill.model.event import EventKind
from pagemill.model.job import JobState
from pagemill.model.task import AssembleDone, GiveUp, PageDone, TaskState

GOING_ON = "finished_ms = NULL, state = 'processing'"
COUNTERS, STUCK, LOOSE = Wrong.COUNTERS, Wrong.STUCK, Wrong.LOOSE


def wrongs(desk: Desk) -> dict[str, tuple[Wrong, ...]]:
    return {book.id: book.wrongs for book in desk.ledger.books.jobs() if book.wrongs}


def tokens(desk: Desk, job_id: str) -> dict[int, str]:
    return {page.number: page.token for page in desk.ledger.books.done_pages(job_id)}


def finish(desk: Desk) -> None:
    """Everything goes on to its end, and all books balance."""
    desk.work_off()
    assert wrongs(desk) == {}
    assert desk.ledger.books.wrong_tallies() == []
    assert desk.ledger.books.closed_lanes() == []
    for book in desk.ledger.books.jobs():
        check_books(desk.ledger, book.id)
        assert book.state.is_final


class LookingOver:
    def test_a_house_in_use_is_in_order(self, desk: Desk) -> None:
        desk.complete(2, failing=1)
        desk.begin(3, of="b")
        desk.read(1)
        desk.claim(1)
        desk.ledger.pause(desk.submit(of="c").id)
        desk.ledger.cancel(desk.submit(of="d").id)
        assert wrongs(desk) == {}
        books = desk.ledger.books
        assert (books.wrong_tallies(), books.closed_lanes(), books.loose_sources()) == ([], [], 0)
        assert books.overdue_leases(0) == 0
        assert (books.extent().documents, books.extent().jobs) == (4, 4)

    def test_everything_is_given_a_little_at_a_time(self, desk: Desk) -> None:
        jobs = [desk.complete(2, of=of) for of in "abc"]
        books = desk.ledger.books
        seen, after = [], ""
        while batch := books.jobs(after, limit=2):
            seen += batch
            after = batch[-1].id
        assert [book.id for book in seen] == [job.id for job in jobs]
        first = books.documents(limit=2)
        assert [doc.sha256 for doc in first + books.documents(first[-1].sha256)] == sorted(
            job.document.sha256 for job in jobs
        )
        page = books.done_pages(jobs[0].id, limit=1)
        assert [p.number for p in page + books.done_pages(jobs[0].id, after=1)] == [1, 2]
        assert books.jobs_of_document(jobs[0].document.sha256) == [jobs[0].id]

    def test_what_is_asked_for_by_name_is_found(self, desk: Desk) -> None:
        job = desk.complete(1)
        books = desk.ledger.books
        assert books.known_jobs([job.id, "nobody"]) == {job.id}
        sha256 = job.document.sha256
        assert books.known_documents([sha256, "ff"])[sha256].key == job.document.key
        assert books.job("nobody") is None
        desk.ledger.delete(job.id)
        assert books.in_trash([job.folder, "jobs/nobody"]) == {job.folder}


class Mending:
    @pytest.mark.parametrize(
        "harm",
        [
            "UPDATE job SET pages_done = 1, pages_failed = 1",
            f"UPDATE job SET pages_done = 1, pages_left = 1, {GOING_ON}",
            "UPDATE job SET pages_cached = 1",
            "UPDATE job SET pages_total = 3, pages_done = 3",
        ],
    )
    def test_counters_are_set_right(self, desk: Desk, harm: str) -> None:
        job = desk.complete(2)
        desk.kit.harm(harm)
        assert COUNTERS in wrongs(desk)[job.id]
        assert COUNTERS in desk.ledger.books.mend_job(job.id)
        assert desk.events(job)[-1] is EventKind.JOB_REPAIRED
        finish(desk)
        assert desk.ledger.job(job.id).state is JobState.COMPLETED

    def test_a_completed_job_with_pages_to_read_goes_on(self, desk: Desk) -> None:
        job = desk.complete(2)
        desk.kit.harm("UPDATE task SET state = 1 WHERE kind = 'page' AND page_no = 2")
        assert wrongs(desk) == {job.id: (COUNTERS, LOOSE)}
        desk.ledger.books.mend_job(job.id)
        assert desk.ledger.books.open_lanes() == 1
        assert desk.ledger.job(job.id).state is JobState.PROCESSING
        finish(desk)
        assert desk.ledger.job(job.id).state is JobState.COMPLETED

    @pytest.mark.parametrize(
        ("read", "harm"),
        [
            (0, "UPDATE task SET state = 6 WHERE kind = 'page'"),
            (1, "UPDATE task SET state = 7 WHERE kind = 'page' AND state = 1"),
            (2, "UPDATE task SET state = 0 WHERE kind = 'assemble'"),
            (2, "DELETE FROM task WHERE kind = 'assemble'"),
            (2, "UPDATE task SET state = 6 WHERE kind = 'assemble'"),
        ],
    )
    def test_a_job_that_nothing_moves_goes_on(self, desk: Desk, read: int, harm: str) -> None:
        job = desk.begin(2)
        desk.read(read)
        desk.kit.harm(harm)
        assert wrongs(desk) == {job.id: (STUCK,)}
        assert desk.ledger.books.mend_job(job.id) == (STUCK,)
        assert desk.ledger.books.mend_job(job.id) == ()
        finish(desk)
        assert desk.ledger.job(job.id).state is JobState.COMPLETED

    @pytest.mark.parametrize("harm", ["DELETE FROM task", "UPDATE task SET state = 6"])
    def test_a_document_that_nobody_would_open_is_opened(self, desk: Desk, harm: str) -> None:
        job = desk.submit()
        desk.kit.harm(harm)
        assert wrongs(desk) == {job.id: (STUCK,)}
        desk.ledger.books.mend_job(job.id)
        finish(desk)

    def test_a_paused_job_that_is_mended_stays_paused(self, desk: Desk) -> None:
        job = desk.begin(2)
        desk.ledger.pause(job.id)
        desk.kit.harm("UPDATE task SET state = 6 WHERE kind = 'page'")
        desk.ledger.books.mend_job(job.id)
        assert desk.states(job) == [TaskState.HELD] * 2
        assert desk.claim(9) == []
        desk.ledger.resume(job.id)
        finish(desk)

    def test_a_job_all_of_whose_pages_failed_fails(self, desk: Desk) -> None:
        job = desk.begin(1)
        desk.read(1, GiveUp(BROKEN))
        desk.kit.harm(
            "UPDATE job SET state = 'processing', finished_ms = NULL, failure_code = NULL"
        )
        desk.ledger.books.mend_job(job.id)
        failure = desk.ledger.job(job.id).failure
        assert failure is not None
        assert failure.code == "no_page_read"
        finish(desk)

    def test_tasks_of_a_job_that_has_ended_end(self, desk: Desk) -> None:
        job = desk.begin(2)
        desk.ledger.cancel(job.id)
        desk.kit.harm("UPDATE task SET state = 1 WHERE kind = 'page'")
        assert wrongs(desk) == {job.id: (LOOSE,)}
        desk.ledger.books.mend_job(job.id)
        assert desk.claim(9) == []
        finish(desk)

    def test_tallies_are_counted_anew(self, desk: Desk) -> None:
        desk.complete(2)
        desk.kit.harm("UPDATE job_tally SET jobs = jobs + 5")
        desk.kit.harm("UPDATE page_tally SET pages = 0 WHERE pages > 0")
        wrong = desk.ledger.books.wrong_tallies()
        assert {(tally.engine is None, tally.counted) for tally in wrong} >= {(True, 1), (False, 2)}
        assert desk.ledger.books.mend_tallies() == len(wrong)
        finish(desk)

    def test_ready_work_in_a_closed_lane_is_found_again(self, desk: Desk) -> None:
        desk.begin(2)
        desk.kit.harm("DELETE FROM lane")
        assert desk.claim() == []
        assert len(desk.ledger.books.closed_lanes()) == 1
        assert desk.ledger.books.open_lanes() == 1
        finish(desk)

    def test_leases_and_nodes_that_nobody_saw_to_are_found(self, desk: Desk) -> None:
        desk.begin(2)
        desk.ledger.enter(node())
        desk.claim(2)
        desk.clock.advance(120)
        books = desk.ledger.books
        assert (books.overdue_leases(30_000), books.overdue_leases(90_000)) == (2, 0)
        assert books.silent_nodes(60_000) == ["node"]
        desk.ledger.leave("node")
        assert (books.overdue_leases(0), books.silent_nodes(0)) == (0, [])
        finish(desk)

    def test_a_lease_that_a_jumping_clock_put_far_away_is_taken_back(self, desk: Desk) -> None:
        desk.begin(1)
        desk.clock.advance(86_400 * 400)
        desk.claim()
        desk.clock.set(desk.clock.now_ms() - 86_400_000 * 400)
        assert desk.ledger.books.overdue_leases(0) == 1
        assert desk.ledger.rescue() == 0
        desk.clock.advance(61)
        assert desk.ledger.rescue() == 1
        finish(desk)


class Redoing:
    def test_lost_page_texts_of_a_job_in_work_are_read_again(self, desk: Desk) -> None:
        job = desk.begin(3)
        desk.read(3)
        book = desk.ledger.books.job(job.id)
        assert book is not None
        lost = {n: token for n, token in tokens(desk, job.id).items() if n != 2}
        assert desk.ledger.books.redo(job.id, lost, book.version, outputs=False)
        check_books(desk.ledger, job.id)
        assert [work.page_no for work in desk.read(2)] == [1, 3]
        desk.assemble()
        finish(desk)

    @pytest.mark.parametrize("pages", [[], [1, 2]])
    def test_a_completed_job_is_made_whole_again(self, desk: Desk, pages: list[int]) -> None:
        job = desk.complete(2)
        lost = {n: token for n, token in tokens(desk, job.id).items() if n in pages}
        assert desk.ledger.books.redo(job.id, lost, job.version, outputs=True)
        again = desk.ledger.job(job.id)
        assert (again.state, again.pages_left) == (JobState.PROCESSING, len(pages))
        check_books(desk.ledger, job.id)
        desk.read(len(pages))
        desk.assemble()
        finish(desk)
        assert desk.ledger.job(job.id).outputs == job.outputs

    def test_a_page_that_was_read_again_meanwhile_is_left_alone(self, desk: Desk) -> None:
        job = desk.begin(2)
        desk.read(2)
        book = desk.ledger.books.job(job.id)
        assert book is not None
        assert not desk.ledger.books.redo(job.id, {1: "another"}, book.version, outputs=False)
        assert desk.ledger.job(job.id).version == book.version

    def test_an_assembly_at_work_sees_to_it_itself(self, desk: Desk) -> None:
        job = desk.begin(1)
        desk.read(1)
        work = desk.next()
        assert not desk.ledger.books.redo(job.id, tokens(desk, job.id), 0, outputs=False)
        assert desk.tell(work, AssembleDone(()))

    def test_lost_page_texts_answer_no_other_job(self, desk: Desk) -> None:
        job = desk.complete(1)
        desk.ledger.books.redo(job.id, tokens(desk, job.id), job.version, outputs=False)
        assert desk.next().page_no == 1
        desk.begin(1)
        assert desk.next().cached_from == ""

    def test_a_lost_document_fails_whoever_needs_it_and_tells_the_others(self, desk: Desk) -> None:
        done = desk.complete(1)
        waiting, books = desk.submit(), desk.ledger.books
        begun = desk.begin(2, of="a", key="k2", priority=10)
        desk.read(1)
        assert books.give_up_document(done.id)
        assert not books.give_up_document(done.id)
        assert desk.ledger.job(done.id).state is JobState.COMPLETED
        assert desk.events(done)[-1] is EventKind.JOB_DAMAGED
        for job in (waiting, begun):
            assert books.give_up_document(job.id)
            failure = desk.ledger.job(job.id).failure
            assert failure is not None
            assert failure.code == "document_lost"
        books.mark_lost(done.document.sha256)
        assert books.documents() == []
        assert not books.redo(done.id, tokens(desk, done.id), 9, outputs=True)
        finish(desk)

    def test_bytes_that_are_sent_again_are_lost_no_more(self, desk: Desk) -> None:
        job = desk.submit()
        desk.ledger.books.mark_lost(job.document.sha256)
        desk.submit()
        assert [doc.sha256 for doc in desk.ledger.books.documents()] == [job.document.sha256]

    def test_repairs_of_a_job_that_is_gone_change_nothing(self, desk: Desk) -> None:
        books = desk.ledger.books
        assert books.mend_job("gone") == ()
        assert not books.redo("gone", {1: "t"}, 1, outputs=True)
        assert not books.give_up_document("gone")
        with pytest.raises(PagemillError):
            desk.ledger.job("gone")

    def test_a_page_given_back_keeps_what_it_was_planned_as(self, desk: Desk) -> None:
        job = desk.complete(1)
        desk.ledger.books.redo(job.id, tokens(desk, job.id), job.version, outputs=False)
        work = desk.next()
        assert (work.page_no, work.attempt) == (1, 2)
        assert desk.tell(work, PageDone("text", 10))
        desk.assemble()
        finish(desk)
