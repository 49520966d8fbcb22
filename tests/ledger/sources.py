"""What any ledger promises of files that come from folders in batches."""

import os
import random
import signal
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from multiprocessing.connection import Connection

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from ledger.desk import Desk, Kit, caller, check_books, document, success
from ledger.processes import DEADLINE_SECONDS, Crowd, copies
from pagemill.errors import PagemillError
from pagemill.model.event import EventKind
from pagemill.model.job import JobState
from pagemill.model.people import LOCAL, User, UserLimits
from pagemill.model.retention import MB, Bounds
from pagemill.ports import Arrival, JobQuery, Source, Taken, Trash

ANN = caller("ann")


def arrival(desk: Desk, path: str, of: str = "", *, size_bytes: int = 1000, **more) -> Arrival:
    """A file of these bytes at this path, with the job it asks for."""
    of = of or path
    new = desk.new(user_id="ann", of=of, key=f"ingest:{of}", size_bytes=size_bytes, **more)
    return Arrival(source_of(path, of, size_bytes), new)


def source_of(path: str, of: str = "", size_bytes: int = 1000) -> Source:
    sha256 = document(of).sha256 if of else ""
    return Source(f"key of {path}", f"/in/{path}", size_bytes, 7_000_000_001, sha256)


def take(desk: Desk, *arrivals: Arrival) -> list[Source]:
    return desk.ledger.sources.take(ANN, arrivals)


def known(desk: Desk, *paths: str, user_id: str = "ann") -> dict[str, Source]:
    found = desk.ledger.sources.known(user_id, [f"key of {path}" for path in paths])
    return {key.removeprefix("key of "): source for key, source in found.items()}


def outcomes(sources: list[Source]) -> list[str]:
    return [source.code or source.outcome.value for source in sources]


def jobs_of(desk: Desk, user_id: str = "ann") -> list[str]:
    return [job.id for job in desk.ledger.jobs(JobQuery(user_id=user_id, limit=10_000))]


class Arriving:
    def test_every_file_of_a_batch_becomes_a_job_as_if_sent_alone(self, desk: Desk) -> None:
        alone = desk.submit(user_id="ann", of="z", filename="z.pdf", priority=3)
        batch = [arrival(desk, f"{n}", filename=f"{n}.pdf", priority=3) for n in range(3)]
        sources = take(desk, *batch)
        assert outcomes(sources) == ["accepted"] * 3
        for source, asked in zip(sources, batch, strict=True):
            job = desk.ledger.job(source.job_id)
            assert asked.job is not None
            assert job == replace(
                alone, id=job.id, document=asked.job.document, filename=asked.job.filename
            )
            check_books(desk.ledger, job.id)
            assert desk.events(job) == [EventKind.JOB_QUEUED]
        works = desk.claim(9)
        assert {work.job_id for work in works} == {alone.id, *jobs_of(desk)}

    def test_what_was_taken_in_is_known_by_its_key_and_to_its_user_alone(self, desk: Desk) -> None:
        (source,) = take(desk, arrival(desk, "a"))
        assert known(desk, "a", "b") == {"a": source}
        assert known(desk) == {}
        assert known(desk, "a", user_id="bob") == {}

    def test_the_same_bytes_are_one_job_within_a_batch_and_later(self, desk: Desk) -> None:
        first, twin, other = take(
            desk, arrival(desk, "a", "x"), arrival(desk, "b", "x"), arrival(desk, "c", "y")
        )
        (again,) = take(desk, arrival(desk, "d", "y"))
        assert outcomes([first, twin, other, again]) == [
            *("accepted", "duplicate", "accepted", "duplicate"),
        ]
        assert (twin.job_id, again.job_id) == (first.job_id, other.job_id)
        assert sorted(jobs_of(desk)) == sorted([first.job_id, other.job_id])
        assert known(desk, *"abcd") == dict(zip("abcd", [first, twin, other, again], strict=True))

    def test_another_user_has_a_job_of_their_own_on_the_same_bytes(self, desk: Desk) -> None:
        (first,) = take(desk, arrival(desk, "a", "x"))
        bob = caller("bob")
        theirs = desk.new(user_id="bob", of="x", key="ingest:x")
        (second,) = desk.ledger.sources.take(bob, [Arrival(source_of("a", "x"), theirs)])
        assert second.outcome is Taken.ACCEPTED
        assert first.job_id != second.job_id

    def test_a_job_sent_before_under_the_same_key_is_found(self, desk: Desk) -> None:
        job = desk.submit(user_id="ann", of="a", key="ingest:a")
        (source,) = take(desk, arrival(desk, "a"))
        assert (source.outcome, source.job_id) == (Taken.DUPLICATE, job.id)

    def test_a_deleted_job_stays_known_and_its_bytes_may_come_again(self, desk: Desk) -> None:
        (first,) = take(desk, arrival(desk, "a", "x"))
        desk.ledger.delete(first.job_id)
        assert known(desk, "a") == {"a": first}
        (second,) = take(desk, arrival(desk, "b", "x"))
        assert second.outcome is Taken.ACCEPTED
        assert desk.ledger.trash() == [Trash(f"jobs/{first.job_id}", is_folder=True)]

    def test_a_file_whose_bytes_were_lost_is_read_again_and_makes_them_whole(
        self, desk: Desk
    ) -> None:
        sources = take(desk, arrival(desk, "a"), arrival(desk, "b"))
        desk.ledger.books.mark_lost(sources[0].sha256)
        assert list(known(desk, "a", "b")) == ["b"]
        (again,) = take(desk, arrival(desk, "a"))
        assert (again.outcome, again.job_id) == (Taken.DUPLICATE, sources[0].job_id)
        assert sorted(known(desk, "a", "b")) == ["a", "b"]
        assert len(desk.ledger.books.documents()) == 2

    def test_a_file_that_is_no_document_is_remembered_with_the_reason(self, desk: Desk) -> None:
        refused = replace(
            source_of("a"), outcome=Taken.REFUSED, code="empty_file", message="It is empty"
        )
        assert take(desk, Arrival(refused)) == [refused]
        assert known(desk, "a") == {"a": refused}
        assert jobs_of(desk) == []
        assert desk.people.deeds() == []

    def test_a_file_that_changed_is_remembered_as_it_is_now(self, desk: Desk) -> None:
        take(desk, arrival(desk, "a", "x"))
        (now,) = take(desk, arrival(desk, "a", "y", size_bytes=5))
        assert known(desk, "a") == {"a": now}
        assert len(jobs_of(desk)) == 2

    def test_the_log_has_a_line_a_batch_and_none_where_nothing_came_of_it(self, desk: Desk) -> None:
        sources = take(desk, *(arrival(desk, f"{n}", filename=f"{n}.pdf") for n in range(3)))
        take(desk, arrival(desk, "9", "0"))
        (deed,) = desk.people.deeds()
        assert (deed.user_id, deed.action, deed.target) == ("ann", "job.ingest", sources[0].job_id)
        assert deed.detail == f"3 jobs up to {sources[2].job_id}: 0.pdf to 2.pdf"

    def test_odd_paths_are_kept_as_far_as_they_can_be(self, desk: Desk) -> None:
        odd = replace(arrival(desk, "a"), source=replace(source_of("a", "a"), path="/\udcff\0" * 9))
        take(desk, odd)
        assert known(desk, "a")["a"].path == "/?\ufffd" * 9

    def test_jobs_of_somebody_who_wants_them_to_wait_wait(self, desk: Desk) -> None:
        desk.people.add_user(User("ann", is_automatic=False), LOCAL)
        (source,) = take(desk, arrival(desk, "a"))
        assert desk.ledger.job(source.job_id).state is JobState.PAUSED
        assert desk.claim(9) == []
        desk.ledger.resume(source.job_id)
        assert len(desk.claim(9)) == 1

    def test_nothing_of_a_batch_is_written_when_a_part_of_it_cannot_be(self, desk: Desk) -> None:
        with pytest.raises(PagemillError) as error:
            take(desk, arrival(desk, "a"), arrival(desk, "b", priority=11))
        assert error.value.code == "invalid_options"
        assert known(desk, "a", "b") == {}
        assert jobs_of(desk) == []

    def test_a_document_in_the_trash_is_taken_out_of_it(self, desk: Desk) -> None:
        job = desk.submit(user_id="ann", of="a")
        desk.ledger.delete(job.id)
        take(desk, arrival(desk, "a"))
        assert desk.ledger.trash() == [Trash(job.folder, is_folder=True)]

    def test_a_batch_is_worked_off_job_by_job(self, desk: Desk) -> None:
        """Not opened as a whole first: what comes first is done while the others still wait."""
        take(desk, *(arrival(desk, str(n)) for n in range(3)))
        done = []
        while works := desk.claim():
            assert desk.tell(works[0], success(works[0], pages=2))
            done.append(works[0].job_id)
        assert done == [job_id for job_id in sorted(set(done)) for _ in range(4)]


class ArrivingAtLimits:
    def test_files_beyond_the_jobs_that_may_wait_are_refused_and_not_remembered(
        self, desk_of: Callable[..., Desk]
    ) -> None:
        desk = desk_of(max_waiting_jobs=2)
        desk.submit(user_id="ann", of="z")
        files = [arrival(desk, path) for path in "abc"]
        assert outcomes(take(desk, *files)) == ["accepted", "too_many_jobs", "too_many_jobs"]
        assert list(known(desk, *"abc")) == ["a"]
        desk.work_off()
        assert outcomes(take(desk, *(arrival(desk, path) for path in "bc"))) == ["accepted"] * 2

    def test_a_large_file_that_does_not_fit_leaves_the_room_to_a_small_one(
        self, desk_of: Callable[..., Desk]
    ) -> None:
        desk = desk_of(max_stored_mb=1)
        sizes = {"a": MB // 2, "b": MB, "c": MB // 2, "d": 1}
        files = [arrival(desk, path, size_bytes=size) for path, size in sizes.items()]
        ends = outcomes(take(desk, *files))
        assert ends == ["accepted", "quota_bytes", "accepted", "quota_bytes"]
        assert desk.people.usage("ann").stored_bytes == MB

    def test_what_waits_as_an_upload_takes_no_more_room_as_a_job(
        self, desk_of: Callable[..., Desk]
    ) -> None:
        desk = desk_of(max_stored_mb=1)
        desk.ledger.keep_upload("u", document("a", MB), "a.pdf", ANN)
        assert outcomes(take(desk, arrival(desk, "a", size_bytes=MB))) == ["accepted"]

    def test_nothing_more_comes_in_on_a_day_whose_pages_are_used_up(
        self, desk_of: Callable[..., Desk]
    ) -> None:
        desk = desk_of(pages_per_day=3)
        desk.begin(3, user_id="ann", of="z")
        assert outcomes(take(desk, arrival(desk, "a"))) == ["quota_pages"]
        desk.clock.advance(86_400)
        assert outcomes(take(desk, arrival(desk, "a"))) == ["accepted"]

    def test_what_is_there_already_is_found_beyond_any_limit(
        self, desk_of: Callable[..., Desk]
    ) -> None:
        desk = desk_of(max_waiting_jobs=1, max_stored_mb=1, pages_per_day=1)
        take(desk, arrival(desk, "a", "x", size_bytes=MB))
        assert outcomes(take(desk, arrival(desk, "b", "x", size_bytes=MB))) == ["duplicate"]

    def test_limits_hold_exactly_while_processes_take_files_in_at_once(self, kit: Kit) -> None:
        crowd = Crowd(4, _take_batches, kit, 25)
        crowd.answers("open")
        ends = [end for share in crowd.last_answers("take") for end in share]
        desk = Desk(kit)
        assert len(jobs_of(desk)) == 25
        assert ends.count("accepted") == 25
        assert set(ends) == {"accepted", "duplicate", "too_many_jobs"}
        desk.close()


class ArrivingAgain:
    @given(data=st.data())
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    def test_whatever_comes_again_bytes_have_one_job_and_sources_name_it(
        self, make_kit: Callable[[], Kit], data: st.DataObject
    ) -> None:
        with closing(Desk(make_kit(), bounds=Bounds(UserLimits(max_waiting_jobs=6)))) as desk:
            check_what_comes_again(desk, data)

    def test_processes_that_take_the_same_files_in_make_one_job_of_each(self, kit: Kit) -> None:
        crowd = Crowd(4, _take_batches, kit, 0)
        crowd.answers("open")
        ends = [end for share in crowd.last_answers("take") for end in share]
        desk = Desk(kit)
        jobs = desk.ledger.jobs(JobQuery(limit=10_000))
        assert len(jobs) == len({job.document.sha256 for job in jobs}) == 50
        assert (ends.count("accepted"), ends.count("duplicate")) == (50, 150)
        desk.close()

    def test_killed_at_any_moment_a_batch_is_there_whole_or_not_at_all(self, kit: Kit) -> None:
        moments = random.Random(3)
        for boot in range(4):
            promised = _killed_while_taking(kit, boot, after=moments.randint(1, 12))
            desk = Desk(kit)
            paths = [f"{boot}/{n}" for n in range(1000)]
            sources = known(desk, *paths)
            assert set(sources) == set(paths[: len(sources)])
            assert len(sources) % 10 == 0
            assert len(sources) >= promised
            jobs = desk.ledger.jobs_by_id([source.job_id for source in sources.values()])
            assert len(jobs) == len(sources)
            for job in jobs:
                check_books(desk.ledger, job.id)
            desk.close()


def check_what_comes_again(desk: Desk, data: st.DataObject) -> None:
    at_path: dict[str, str] = {}
    for _ in range(data.draw(st.integers(1, 5))):
        files = data.draw(st.lists(st.tuples(*2 * [st.sampled_from("abcdefgh")]), max_size=8))
        sources = take(desk, *(arrival(desk, path, of) for path, of in files))
        for (path, of), source in zip(files, sources, strict=True):
            if source.outcome is not Taken.REFUSED:
                at_path[path] = of
    jobs = desk.ledger.jobs(JobQuery(limit=100))
    job_of = {job.document.sha256: job.id for job in jobs}
    assert len(job_of) == len(jobs) <= 6
    found = known(desk, *"abcdefgh")
    assert found.keys() == at_path.keys()
    for path, source in found.items():
        assert source.sha256 == document(at_path[path]).sha256
        assert source.job_id == job_of[source.sha256]


def _take_batches(pipe: Connection, n: int, kit: Kit, most_waiting: int) -> None:
    """The same 50 files in batches of 10, in an order of one's own."""
    pipe.recv()
    bounds = Bounds(UserLimits(max_waiting_jobs=most_waiting))
    desk = Desk(kit, bounds=bounds, numbers=iter(range(1000 * n + 1, 1000 * (n + 1))))
    pipe.send("ready")
    pipe.recv()
    names = [f"{k}" for k in range(50)]
    random.Random(n).shuffle(names)
    ends: list[str] = []
    for first in range(0, 50, 10):
        batch = [arrival(desk, f"{n}/{name}", name) for name in names[first : first + 10]]
        ends += outcomes(take(desk, *batch))
    pipe.send(ends)
    desk.close()


def _killed_while_taking(kit: Kit, boot: int, *, after: int) -> int:
    """Starts a process that takes files in, kills it after so many batches; how many files it was
    told are safe.
    """
    ours, theirs = copies().Pipe(duplex=False)
    process = copies().Process(target=_keep_taking, args=(theirs, kit, boot), daemon=True)
    process.start()
    theirs.close()
    told = 0
    for _ in range(after):
        assert ours.poll(DEADLINE_SECONDS)
        told += ours.recv()
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join(DEADLINE_SECONDS)
    try:
        while True:
            told += ours.recv()
    except EOFError:
        return told


def _keep_taking(pipe: Connection, kit: Kit, boot: int) -> None:
    desk = Desk(kit, numbers=iter(range(10_000 * boot + 1, 10_000 * (boot + 1))))
    for first in range(0, 1000, 10):
        batch = [arrival(desk, f"{boot}/{n}") for n in range(first, first + 10)]
        pipe.send(len(take(desk, *batch)))
    signal.pause()
