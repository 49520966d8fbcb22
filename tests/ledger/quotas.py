"""What any ledger lets a user take up: jobs, pages, space; what waits for its user; uploads."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from ledger.desk import BROKEN, MARKDOWN, Desk, caller, check_books, document, plan
from pagemill.errors import PagemillError
from pagemill.model.document import Document
from pagemill.model.job import JobState
from pagemill.model.people import LOCAL, Usage, User, UserLimits
from pagemill.model.retention import MB
from pagemill.model.task import GiveUp, PagePlan, Report, SplitDone
from pagemill.ports import JobQuery, PruneDates, Trash

ANN = caller("ann")
DAY_SECONDS = 86_400


def refusal(act: Callable[[], object]) -> PagemillError:
    with pytest.raises(PagemillError) as refused:
        act()
    return refused.value


def all_at_once(acts: Sequence[Callable[[], object]]) -> list[object]:
    """What each gave, or the code of its error; all begin together."""
    start = threading.Barrier(len(acts))
    ends: list[object] = [None] * len(acts)

    def run(n: int) -> None:
        start.wait()
        try:
            ends[n] = acts[n]()
        except PagemillError as error:
            ends[n] = error.code

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


class Quotas:
    def test_a_user_has_no_more_jobs_waiting_than_they_may(
        self, desk_of: Callable[..., Desk]
    ) -> None:
        desk = desk_of(max_waiting_jobs=2)
        first = [desk.submit(user_id="ann"), desk.submit(user_id="ann")][0]
        error = refusal(lambda: desk.submit(user_id="ann"))
        assert (error.code, error.retry_after) == ("too_many_jobs", 30)
        assert desk.submit(user_id="bob").state is JobState.QUEUED
        desk.ledger.cancel(first.id)
        assert desk.submit(user_id="ann").state is JobState.QUEUED

    def test_a_job_that_was_begun_does_not_wait(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of(max_waiting_jobs=1)
        desk.begin(1, user_id="ann")
        assert desk.people.usage("ann").waiting_jobs == 0
        desk.submit(user_id="ann")
        assert desk.people.usage("ann").waiting_jobs == 1

    @pytest.mark.parametrize(("own", "allowed"), [(None, 1), (3, 3), (0, 5)])
    def test_a_users_own_limit_holds_and_none_where_it_is_0(
        self, desk_of: Callable[..., Desk], own: int | None, allowed: int
    ) -> None:
        desk = desk_of(max_waiting_jobs=1)
        desk.people.add_user(User("ann", limits=UserLimits(max_waiting_jobs=own)), LOCAL)
        ends = all_at_once([lambda: desk.submit(user_id="ann")] * 5)
        assert ends.count("too_many_jobs") == 5 - allowed

    def test_what_was_sent_already_is_found_beyond_any_limit(
        self, desk_of: Callable[..., Desk]
    ) -> None:
        desk = desk_of(max_waiting_jobs=1, max_stored_mb=1, pages_per_day=1)
        given = {"user_id": "ann", "key": "k", "size_bytes": MB}
        job = desk.submit(**given)
        assert desk.ledger.submit(desk.new(**given)).job == job

    def test_a_refused_submission_leaves_nothing(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of(max_stored_mb=1)
        refused = lambda: desk.submit(user_id="ann", size_bytes=MB + 1)  # noqa: E731
        assert refusal(refused).code == "quota_bytes"
        assert desk.ledger.jobs(JobQuery()) == desk.people.deeds() == desk.claim() == []
        assert not desk.ledger.document_in_use(document().sha256)

    def test_many_who_submit_at_once_get_exactly_what_is_allowed(
        self, desk_of: Callable[..., Desk]
    ) -> None:
        desk = desk_of(max_waiting_jobs=7)
        news = [desk.new(user_id=("ann", "bob")[n % 2]) for n in range(40)]
        acts = [lambda new=new: desk.ledger.submit(new).job.user_id for new in news]
        ends = all_at_once(acts)
        assert (ends.count("ann"), ends.count("bob")) == (7, 7)
        assert ends.count("too_many_jobs") == 26

    def test_space_is_taken_to_the_last_byte_and_no_further(
        self, desk_of: Callable[..., Desk]
    ) -> None:
        desk = desk_of(max_stored_mb=1)
        news = [desk.new(user_id="ann", of=f"{n}", size_bytes=MB // 8) for n in range(20)]
        ends = all_at_once([lambda new=new: desk.ledger.submit(new).is_new for new in news])
        assert (ends.count(True), ends.count("quota_bytes")) == (8, 12)
        assert desk.people.usage("ann").stored_bytes == MB

    def test_results_take_space_and_what_is_deleted_gives_it_back(
        self, desk_of: Callable[..., Desk]
    ) -> None:
        desk = desk_of(max_stored_mb=1)
        job = desk.begin(1, user_id="ann", size_bytes=MB // 2)
        desk.read(1)
        desk.assemble(text_bytes=MB // 4)
        assert desk.ledger.job(job.id).stored_bytes == MB // 2 + MB // 4 + MARKDOWN.size_bytes
        again = lambda: desk.submit(user_id="ann", of="b", size_bytes=MB // 4)  # noqa: E731
        error = refusal(again)
        assert error.code == "quota_bytes"
        assert "take 0.8 of 1 MB, and this one needs 0.2" in error.message
        desk.ledger.delete(job.id)
        again()
        assert desk.people.usage("ann").stored_bytes == MB // 4

    def test_a_document_counts_for_every_job_on_it_and_results_once(self, desk: Desk) -> None:
        job = desk.complete(2, failing=1, user_id="ann")
        desk.submit(user_id="ann")
        desk.submit(user_id="bob")
        assert desk.people.usage("ann").stored_bytes == 2000 + MARKDOWN.size_bytes
        desk.ledger.retry(job.id)
        desk.work_off()
        assert desk.ledger.job(job.id).stored_bytes == 1000 + MARKDOWN.size_bytes

    def test_pages_are_counted_when_the_document_is_opened(
        self, desk_of: Callable[..., Desk]
    ) -> None:
        desk = desk_of(pages_per_day=5)
        desk.complete(3, user_id="ann")
        desk.complete(2, user_id="ann", of="b")
        assert desk.people.usage("ann") == Usage(0, 2 * (1000 + MARKDOWN.size_bytes), 5)
        error = refusal(lambda: desk.submit(user_id="ann"))
        assert (error.code, error.retry_after) == ("quota_pages", DAY_SECONDS + 1)
        desk.begin(5, user_id="bob", of="c")

    def test_a_document_with_too_many_pages_fails_and_costs_nothing(
        self, desk_of: Callable[..., Desk]
    ) -> None:
        desk = desk_of(pages_per_day=5)
        job = desk.submit(user_id="ann")
        desk.tell(desk.next(), plan(6))
        failed = desk.ledger.job(job.id)
        assert failed.failure is not None
        assert (failed.state, failed.failure.code) == (JobState.FAILED, "quota_pages")
        assert (failed.pages_total, desk.people.usage("ann").pages_today) == (None, 0)
        check_books(desk.ledger, job.id)
        desk.begin(5, user_id="ann", of="b")

    def test_what_failed_for_pages_can_be_retried_on_another_day(
        self, desk_of: Callable[..., Desk]
    ) -> None:
        desk = desk_of(pages_per_day=3)
        desk.begin(2, user_id="ann", of="b")
        job = desk.submit(user_id="ann")
        split = desk.claim(9)[-1]
        desk.tell(split, plan(2))
        desk.clock.advance(DAY_SECONDS - 1)
        desk.ledger.retry(job.id)
        desk.tell(desk.claim(9)[-1], plan(2))
        assert desk.ledger.job(job.id).state is JobState.FAILED
        desk.clock.advance(1)
        desk.ledger.retry(job.id)
        desk.tell(desk.claim(9)[-1], plan(2))
        assert desk.ledger.job(job.id).state is JobState.PROCESSING
        assert desk.people.usage("ann").pages_today == 2

    def test_documents_opened_at_once_get_exactly_the_pages_of_the_day(
        self, desk_of: Callable[..., Desk]
    ) -> None:
        desk = desk_of(pages_per_day=20)
        jobs = [desk.submit(user_id="ann", of=f"{n}") for n in range(12)]
        reports = [Report(work.task_id, work.token, plan(3)) for work in desk.claim(12)]
        ends = all_at_once([lambda one=one: desk.ledger.finish([one]) for one in reports])
        assert ends == [[True]] * 12
        states = [job.state for job in desk.ledger.jobs_by_id([job.id for job in jobs])]
        assert states.count(JobState.PROCESSING) == 6
        assert states.count(JobState.FAILED) == 6
        assert desk.people.usage("ann").pages_today == 18

    def test_a_page_planned_twice_counts_once_and_retries_not_at_all(self, desk: Desk) -> None:
        job = desk.submit(user_id="ann")
        page = PagePlan(1, "text", "good text", "")
        desk.tell(desk.next(), SplitDone(1, (page, page)))
        assert desk.people.usage("ann").pages_today == 1
        desk.read(1, GiveUp(BROKEN))
        desk.ledger.retry(job.id)
        assert desk.people.usage("ann").pages_today == 1

    def test_days_that_no_limit_looks_back_to_are_forgotten(self, desk: Desk) -> None:
        desk.complete(1, user_id="ann")
        desk.clock.advance(DAY_SECONDS)
        assert desk.people.usage("ann").pages_today == 0
        assert desk.ledger.prune(PruneDates(0)) == 1
        desk.begin(2, user_id="ann", of="b")
        desk.ledger.prune(PruneDates(0))
        assert desk.people.usage("ann").pages_today == 2


class Waiting:
    """Of users whose jobs do not begin by themselves."""

    def test_their_jobs_wait_until_they_are_resumed(self, desk: Desk) -> None:
        desk.people.add_user(User("ann", is_automatic=False), LOCAL)
        job = desk.submit(user_id="ann")
        assert (job.state, desk.ledger.position(job)) == (JobState.PAUSED, None)
        assert desk.claim() == []
        check_books(desk.ledger, job.id)
        assert desk.ledger.resume(job.id).state is JobState.QUEUED
        desk.work_off()
        assert desk.ledger.job(job.id).state is JobState.COMPLETED
        check_books(desk.ledger, job.id)

    def test_urgent_ones_begin(self, desk: Desk) -> None:
        desk.people.add_user(User("ann", is_automatic=False), LOCAL)
        job = desk.submit(user_id="ann", is_urgent=True)
        assert job.state is JobState.QUEUED
        assert desk.next().job_id == job.id

    def test_they_can_be_cancelled_and_retried(self, desk: Desk) -> None:
        desk.people.add_user(User("ann", is_automatic=False), LOCAL)
        job = desk.submit(user_id="ann")
        desk.ledger.cancel(job.id)
        assert desk.ledger.retry(job.id).state is JobState.QUEUED
        desk.work_off()
        check_books(desk.ledger, job.id)

    def test_a_change_of_mind_holds_for_jobs_to_come(self, desk: Desk) -> None:
        desk.people.add_user(User("ann", is_automatic=False), LOCAL)
        waiting = desk.submit(user_id="ann")
        desk.people.change_user(User("ann"), LOCAL)
        assert desk.submit(user_id="ann").state is JobState.QUEUED
        assert desk.ledger.job(waiting.id).state is JobState.PAUSED


class Uploads:
    def test_an_upload_is_found_by_its_user_only(self, desk: Desk) -> None:
        assert desk.ledger.keep_upload("u", document(), "a.pdf", ANN)
        assert desk.ledger.upload("u", "ann") == (document(), "a.pdf")
        for upload_id, user_id in (("u", "bob"), ("v", "ann"), ("", "ann")):
            find = lambda: desk.ledger.upload(upload_id, user_id)  # noqa: B023, E731
            assert refusal(find).code == "upload_not_found"
        assert refusal(lambda: desk.ledger.document(document().sha256, "ann"))

    def test_an_id_is_given_once_to_each_user(self, desk: Desk) -> None:
        acts = [lambda n=n: desk.ledger.keep_upload("u", document(f"{n}"), "a", ANN) for n in "abc"]
        assert sorted(all_at_once(acts), key=str) == [False, False, True]
        assert desk.ledger.keep_upload("u", document("d"), "d.pdf", caller("bob"))
        assert desk.ledger.upload("u", "bob") == (document("d"), "d.pdf")

    def test_uploads_take_space_until_they_are_pruned(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of(max_stored_mb=1)
        big = document("big", MB)
        assert desk.ledger.keep_upload("u", big, "a.pdf", ANN)
        assert desk.people.usage("ann").stored_bytes == MB
        more = lambda: desk.ledger.keep_upload("v", document("b", 1), "b.pdf", ANN)  # noqa: E731
        assert refusal(more).code == "quota_bytes"
        assert refusal(lambda: desk.submit(user_id="ann")).code == "quota_bytes"
        desk.clock.advance(1)
        desk.ledger.prune(PruneDates(0, uploads_ms=desk.clock.now_ms()))
        assert more()
        assert desk.people.usage("ann").stored_bytes == 1

    def test_a_job_takes_the_place_of_its_upload(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of(max_stored_mb=1)
        size = document().size_bytes
        big = document("big", MB - size)
        assert desk.ledger.keep_upload("u", document(), "a.pdf", ANN)
        assert desk.ledger.keep_upload("v", big, "b.pdf", ANN)
        assert desk.people.usage("ann").stored_bytes == MB
        job = desk.submit(user_id="ann")
        assert desk.people.usage("ann").stored_bytes == MB
        assert refusal(lambda: desk.submit(user_id="ann")).code == "quota_bytes"
        desk.ledger.delete(job.id)
        assert desk.people.usage("ann").stored_bytes == MB

    def test_space_for_uploads_is_exact_however_many_come_at_once(
        self, desk_of: Callable[..., Desk]
    ) -> None:
        desk = desk_of(max_stored_mb=1)

        def keep(n: int) -> bool:
            return desk.ledger.keep_upload(f"{n}", document(f"{n}", MB // 4), "a", ANN)

        ends = all_at_once([lambda n=n: keep(n) for n in range(12)])
        assert (ends.count(True), ends.count("quota_bytes")) == (4, 8)

    def test_their_document_is_kept_while_they_wait(self, desk: Desk) -> None:
        desk.ledger.keep_upload("u", document(), "a.pdf", ANN)
        desk.clock.advance(1)
        assert desk.ledger.prune(PruneDates(0)) == 0
        assert desk.ledger.document_in_use(document().sha256)
        job = desk.submit(user_id="bob")
        desk.ledger.delete(job.id)
        assert desk.ledger.trash() == [Trash(job.folder, is_folder=True)]
        assert desk.ledger.upload("u", "ann") == (document(), "a.pdf")

    def test_an_old_upload_goes_with_its_document_unless_a_job_needs_that(self, desk: Desk) -> None:
        desk.ledger.keep_upload("u", document("a"), "a.pdf", ANN)
        desk.ledger.keep_upload("v", document("b"), "b.pdf", ANN)
        desk.submit(user_id="ann", of="b")
        desk.clock.advance(1)
        old = PruneDates(0, uploads_ms=desk.clock.now_ms())
        desk.ledger.prune(old)
        desk.ledger.prune(old)
        assert refusal(lambda: desk.ledger.upload("u", "ann")).code == "upload_not_found"
        assert desk.ledger.trash() == [Trash(document("a").key, is_folder=False)]
        assert not desk.ledger.document_in_use(document("a").sha256)
        assert desk.ledger.document_in_use(document("b").sha256)

    def test_a_document_sent_again_as_an_upload_is_taken_out_of_the_trash(self, desk: Desk) -> None:
        job = desk.submit()
        desk.ledger.delete(job.id)
        desk.ledger.keep_upload("u", job.document, "a.pdf", ANN)
        assert desk.ledger.trash() == [Trash(job.folder, is_folder=True)]

    def test_an_upload_becomes_as_many_jobs_as_are_asked_for(self, desk: Desk) -> None:
        desk.ledger.keep_upload("u", document(), "a.pdf", ANN)
        found, name = desk.ledger.upload("u", "ann")
        assert isinstance(found, Document)
        jobs = [desk.submit(user_id="ann", filename=name) for _ in range(2)]
        desk.tell(desk.next(), plan(4))
        assert [job.document for job in jobs] == [found, found]
        assert desk.ledger.upload("u", "ann")[0] == replace(found, pages=4)

    def test_odd_names_of_uploads_are_kept_as_far_as_they_can_be(self, desk: Desk) -> None:
        desk.ledger.keep_upload("u", document(), "a\udce4\x00b.pdf", ANN)
        assert desk.ledger.upload("u", "ann")[1] == "a?\ufffdb.pdf"
