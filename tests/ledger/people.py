"""What people are promised by any ledger."""

import threading

import pytest

from ledger.desk import BROKEN, Desk, check_books, document
from pagemill.errors import PagemillError
from pagemill.model.event import EventKind
from pagemill.model.job import JobState
from pagemill.model.options import Options
from pagemill.model.task import GiveUp, PageDone, TaskState
from pagemill.ports import JobQuery, PageRun, PruneDates, Trash


class Submitting:
    def test_a_submitted_job_is_found_by_id_and_handle(self, desk: Desk) -> None:
        job = desk.submit(handle="task-1", options=Options(languages=("de",), dpi=200))
        assert desk.ledger.job(job.id) == desk.ledger.job("task-1") == job
        assert (job.state, job.version, job.pages_total) == (JobState.QUEUED, 1, None)
        assert job.options == Options(languages=("de",), dpi=200)

    def test_jobs_of_others_are_not_found(self, desk: Desk) -> None:
        job = desk.submit(user_id="ann")
        assert desk.ledger.job(job.id, "ann") == job
        for ref, user in ((job.id, "bob"), ("", ""), ("nothing", "")):
            with pytest.raises(PagemillError, match="no job") as error:
                desk.ledger.job(ref, user)
            assert error.value.code == "job_not_found"

    def test_an_idempotency_key_finds_the_first_job(self, desk: Desk) -> None:
        first = desk.ledger.submit(desk.new(key="k"))
        again = desk.ledger.submit(desk.new(key="k", filename="renamed.pdf"))
        assert (first.is_new, again.is_new) == (True, False)
        assert again.job == first.job

    def test_keys_of_users_are_their_own(self, desk: Desk) -> None:
        desk.submit(user_id="ann", key="k")
        assert desk.ledger.submit(desk.new(user_id="bob", key="k")).is_new

    @pytest.mark.parametrize("other", [{"of": "b"}, {"options": Options(engine="text")}])
    def test_a_key_used_for_something_else_is_refused(
        self, desk: Desk, other: dict[str, object]
    ) -> None:
        desk.submit(key="k")
        with pytest.raises(PagemillError) as error:
            desk.submit(key="k", **other)
        assert error.value.code == "idempotency_conflict"
        assert len(desk.ledger.jobs(JobQuery())) == 1

    def test_a_key_still_finds_its_job_after_a_retry_with_another_engine(self, desk: Desk) -> None:
        job = desk.submit(key="k")
        desk.tell(desk.next(), GiveUp(BROKEN))
        desk.ledger.retry(job.id, engine="text")
        assert desk.ledger.submit(desk.new(key="k")).job.id == job.id

    def test_many_submissions_at_once_are_all_kept(self, desk: Desk) -> None:
        news = [desk.new(key="same" if n % 4 == 0 else "") for n in range(40)]
        answers = {}
        start = threading.Barrier(len(news))

        def send(n: int) -> None:
            start.wait()
            answers[n] = desk.ledger.submit(news[n])

        threads = [threading.Thread(target=send, args=(n,)) for n in range(len(news))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(answer.is_new for answer in answers.values()) == 31
        assert len(desk.ledger.jobs(JobQuery(limit=100))) == 31
        for n, answer in answers.items():
            assert answer.job == desk.ledger.job(answer.job.id)
            assert answer.job.id == news[n].id or n % 4 == 0

    @pytest.mark.parametrize("priority", [-1, 11])
    def test_priorities_outside_the_range_are_refused(self, desk: Desk, priority: int) -> None:
        with pytest.raises(PagemillError) as error:
            desk.submit(priority=priority)
        assert error.value.code == "invalid_options"
        assert desk.ledger.jobs(JobQuery()) == []

    def test_odd_file_names_and_messages_are_kept_as_far_as_they_can_be(self, desk: Desk) -> None:
        job = desk.submit(filename="a\udce4\x00b.pdf")
        assert job.filename == "a?\ufffdb.pdf"
        failure = type(BROKEN)("engine_failed", "x\ud800" * 5000)
        desk.tell(desk.next(), GiveUp(failure))
        failed = desk.ledger.job(job.id).failure
        assert failed is not None
        assert failed.message.startswith("x?x?")
        assert len(failed.message) <= 2000


class Reading:
    def test_jobs_are_listed_newest_first_and_page_by_page(self, desk: Desk) -> None:
        ids = [desk.submit(user_id=user).id for user in ("ann", "bob", "ann", "bob")]
        everybody = desk.ledger.jobs(JobQuery(limit=3))
        assert [job.id for job in everybody] == ids[:0:-1]
        assert [job.id for job in desk.ledger.jobs(JobQuery(before=everybody[-1].id))] == ids[:1]
        assert [job.id for job in desk.ledger.jobs(JobQuery("bob"))] == [ids[3], ids[1]]
        assert [job.id for job in desk.ledger.jobs(JobQuery("bob", before=ids[3]))] == [ids[1]]

    def test_jobs_are_filtered_by_state_and_by_part_of_the_name(self, desk: Desk) -> None:
        done = desk.complete(1, filename="Übung 100%_1.PDF")
        queued = desk.submit(filename="other.pdf")
        found = {
            "übung": [done.id],
            "%_": [done.id],
            "PDF": [queued.id, done.id],
            "none": [],
        }
        for name, ids in found.items():
            assert [job.id for job in desk.ledger.jobs(JobQuery(name=name))] == ids
        of_state = JobQuery(states=(JobState.QUEUED, JobState.FAILED))
        assert [job.id for job in desk.ledger.jobs(of_state)] == [queued.id]

    def test_watched_jobs_come_in_one_call_and_deleted_ones_are_left_out(self, desk: Desk) -> None:
        first, second = desk.submit(), desk.submit(of="b")
        desk.ledger.delete(second.id)
        assert desk.ledger.jobs_by_id([first.id, second.id, "none"]) == [first]
        assert desk.ledger.jobs_by_id([]) == []

    def test_the_change_mark_moves_with_every_change_and_only_then(self, desk: Desk) -> None:
        other = desk.kit.open(desk.clock)
        marks = [desk.ledger.change_mark()]
        job = desk.submit()
        marks.append(desk.ledger.change_mark())
        other.pause(job.id)
        marks.append(desk.ledger.change_mark())
        desk.ledger.jobs(JobQuery())
        other.close()
        assert len(set(marks)) == 3
        assert desk.ledger.change_mark() == desk.ledger.change_mark()

    def test_queued_jobs_know_their_place(self, desk: Desk) -> None:
        low = desk.submit(priority=2)
        high = desk.submit(priority=9, user_id="ann")
        assert [desk.ledger.position(job) for job in (low, high)] == [2, 1]
        begun = desk.ledger.cancel(high.id)
        assert [desk.ledger.position(job) for job in (low, begun)] == [1, None]

    def test_a_user_finds_the_documents_they_sent_and_no_others(self, desk: Desk) -> None:
        desk.submit(user_id="ann", filename="first.pdf")
        desk.submit(user_id="ann", filename="last.pdf")
        found, name = desk.ledger.document(document().sha256, "ann")
        assert (found, name) == (document(), "last.pdf")
        with pytest.raises(PagemillError) as error:
            desk.ledger.document(document().sha256, "bob")
        assert error.value.code == "document_not_found"

    def test_splitting_tells_how_many_pages_the_document_has(self, desk: Desk) -> None:
        job = desk.begin(4)
        assert job.document.pages == 4
        assert (job.state, job.pages_total, job.pages_left) == (JobState.PROCESSING, 4, 4)

    def test_pages_are_read_from_any_place_on(self, desk: Desk) -> None:
        job = desk.begin(5)
        assert [page.number for page in desk.ledger.pages(job.id, after=2, limit=2)] == [3, 4]
        page = desk.ledger.page(job.id, 5)
        assert (page.number, page.state, page.reason) == (5, TaskState.READY, "a picture")
        for number in (0, 6):
            with pytest.raises(PagemillError) as error:
                desk.ledger.page(job.id, number)
            assert error.value.code == "page_not_found"

    def test_a_done_page_tells_how_it_was_read(self, desk: Desk) -> None:
        job = desk.begin(1)
        (work,) = desk.read(1, PageDone("rapidocr", 321, 0.93, ("rotated",)))
        page = desk.ledger.page(job.id, 1)
        assert page.token == work.token
        assert (page.engine, page.run_ms, page.confidence) == ("rapidocr", 321, 0.93)
        assert (page.flags, page.attempt, page.failure) == (("rotated",), 1, None)

    def test_pages_that_stand_alike_are_told_in_runs(self, desk: Desk) -> None:
        assert desk.ledger.page_runs("nothing") == []
        job = desk.begin(6)
        desk.read(2)
        done, ready = TaskState.DONE, TaskState.READY
        assert desk.ledger.page_runs(job.id) == [PageRun(1, 2, done), PageRun(3, 6, ready)]
        desk.read(1, GiveUp(BROKEN))
        desk.read(1)
        assert desk.ledger.page_runs(job.id) == [
            PageRun(1, 2, done),
            PageRun(3, 3, TaskState.DEAD),
            PageRun(4, 4, done),
            PageRun(5, 6, ready),
        ]

    def test_failed_pages_are_counted_out_by_job(self, desk: Desk) -> None:
        bad = desk.complete(4, failing=3)
        good = desk.complete(1, of="b")
        assert desk.ledger.failed_pages([bad.id, good.id]) == {bad.id: [2, 3, 4]}
        assert desk.ledger.failed_pages([bad.id], limit=2) == {bad.id: [2, 3]}
        assert desk.ledger.failed_pages([]) == {}

    def test_the_history_names_every_change_in_order(self, desk: Desk) -> None:
        job = desk.complete(2, failing=1)
        assert desk.events(job) == [
            EventKind.JOB_QUEUED,
            EventKind.JOB_STARTED,
            EventKind.PAGE_DONE,
            EventKind.PAGE_FAILED,
            EventKind.JOB_ASSEMBLING,
            EventKind.JOB_COMPLETED,
        ]
        events = desk.ledger.events(job.id)
        assert events[0].data == {"filename": "scan.pdf", "bytes": 1000, "priority": 5}
        assert events[3].data == {
            "page": 2,
            "code": "engine_failed",
            "message": BROKEN.message,
            "attempt": 1,
            "node": "node",
            "died": False,
            "deaths": 0,
        }
        assert events[5].data == {"done": 1, "failed": 1, "outputs": ["markdown"]}
        assert desk.ledger.events(job.id, after=2, limit=2) == events[2:4]
        check_books(desk.ledger, job.id)

    def test_passwords_are_handed_out_to_work_and_by_asking_only(self, desk: Desk) -> None:
        job = desk.submit(password="s3cret")
        assert "s3cret" not in repr((job, desk.ledger.events(job.id)))
        assert desk.ledger.password(job.id) == "s3cret"
        assert desk.next().password == "s3cret"

    def test_the_queue_counts_jobs_and_pages(self, desk: Desk) -> None:
        desk.begin(3)
        desk.read(1, PageDone("text", 40))
        desk.read(1, PageDone("text", 0, is_cached=True))
        desk.claim()
        desk.clock.advance(10)
        desk.submit(of="b")
        desk.clock.advance(5)
        queue = desk.ledger.figures.queue()
        assert queue.jobs == {"processing": 1, "queued": 1}
        assert queue.pages == {"done": 2, "running": 1}
        assert (queue.oldest_waiting_ms, queue.mean_page_ms) == (5000, 40)
        assert queue.last_hour.pages == 2
        desk.clock.advance(3700)
        assert desk.ledger.figures.queue().last_hour.pages == 0


class Deleting:
    def test_a_deleted_job_leaves_its_bytes_to_upkeep(self, desk: Desk) -> None:
        job = desk.complete(2)
        desk.ledger.delete(job.id)
        folder, bytes_ = Trash(job.folder, True), Trash(job.document.key, False)
        assert sorted(desk.ledger.trash(), key=str) == sorted([folder, bytes_], key=str)
        assert desk.ledger.pages(job.id) == desk.ledger.events(job.id) == []
        desk.ledger.empty_trash([bytes_])
        assert desk.ledger.trash() == [folder]

    def test_a_document_in_use_is_kept(self, desk: Desk) -> None:
        job, other = desk.submit(), desk.submit(user_id="ann")
        desk.ledger.delete(job.id)
        assert desk.ledger.trash() == [Trash(job.folder, True)]
        assert desk.ledger.document_in_use(job.document.sha256)
        desk.ledger.delete(other.id)
        assert not desk.ledger.document_in_use(job.document.sha256)

    def test_a_document_sent_again_is_taken_out_of_the_trash(self, desk: Desk) -> None:
        job = desk.submit()
        desk.ledger.delete(job.id)
        desk.submit()
        assert desk.ledger.trash() == [Trash(job.folder, True)]

    def test_a_job_may_be_deleted_while_it_is_worked_on(self, desk: Desk) -> None:
        job = desk.begin(2)
        running = desk.next()
        desk.ledger.delete(job.id)
        assert not desk.tell(running, PageDone("text", 10))
        assert desk.claim() == []
        with pytest.raises(PagemillError) as error:
            desk.ledger.delete(job.id)
        assert error.value.code == "job_not_found"

    def test_task_ids_never_come_back(self, desk: Desk) -> None:
        first = desk.submit()
        work = desk.next()
        desk.ledger.delete(first.id)
        desk.submit()
        assert desk.next().task_id > work.task_id

    def test_old_history_goes_but_for_the_last_word(self, desk: Desk) -> None:
        old = desk.complete(3)
        desk.clock.advance(3600)
        young, running = desk.complete(1, of="b"), desk.begin(1, of="c")
        assert desk.ledger.prune(PruneDates(desk.clock.now_ms() - 1000)) == old.version - 1
        assert [event.seq for event in desk.ledger.events(old.id)] == [old.version]
        for job in (young, running):
            check_books(desk.ledger, job.id)
        assert desk.ledger.prune(PruneDates(desk.clock.now_ms() - 1000)) == 0
