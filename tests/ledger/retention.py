"""What any ledger keeps of ended jobs, for how long, and what goes when it is too much."""

from collections.abc import Callable

import pytest

from ledger.desk import BROKEN, MARKDOWN, Desk, Kit, check_books
from pagemill.model.job import Job, JobState
from pagemill.model.people import LOCAL, SYSTEM_USER, User, UserLimits
from pagemill.model.retention import HOUR_MS, MB, Bounds, Overdue, Retention
from pagemill.model.task import GiveUp
from pagemill.ports import Trash

HOUR_SECONDS = 3600


def ended(desk: Desk, user_id: str = "ann", size_bytes: int = 1000, **given: object) -> Job:
    """A job that ends now, a second after the one before, on a document of its own."""
    desk.clock.advance(1)
    of = f"{user_id}{desk.clock.now_ms()}"
    return desk.complete(1, user_id=user_id, of=of, size_bytes=size_bytes, **given)


def going(overdue: list[Overdue]) -> list[tuple[str, str]]:
    return [(over.job.id, over.reason) for over in overdue]


def remaining(desk: Desk, *jobs: Job) -> list[bool]:
    known = {job.id for job in desk.ledger.jobs_by_id([job.id for job in jobs])}
    return [job.id in known for job in jobs]


class Keeping:
    """When a job expires."""

    def test_a_job_expires_some_time_after_its_end_and_never_before(self, desk: Desk) -> None:
        keep_ms = 5000
        done = desk.begin(1, keep_ms=keep_ms)
        assert done.expires_ms is None
        desk.read(1)
        desk.clock.advance(100)
        desk.assemble()
        failed = desk.begin(1, of="b", keep_ms=keep_ms)
        desk.read(1, GiveUp(BROKEN))
        cancelled = desk.submit(of="c", keep_ms=keep_ms)
        assert desk.ledger.pause(cancelled.id).expires_ms is None
        desk.clock.advance(100)
        desk.ledger.cancel(cancelled.id)
        for job in (done, failed, cancelled):
            end = desk.ledger.job(job.id)
            assert end.finished_ms is not None
            assert end.expires_ms == end.finished_ms + keep_ms

    def test_a_retried_job_expires_anew(self, desk: Desk) -> None:
        job = desk.complete(2, failing=1, keep_ms=5000)
        desk.clock.advance(4)
        assert desk.ledger.retry(job.id).expires_ms is None
        desk.clock.advance(4)
        assert desk.ledger.overdue() == []
        desk.work_off()
        assert desk.ledger.job(job.id).expires_ms == desk.clock.now_ms() + 5000

    def test_without_limits_a_job_stays(self, desk: Desk) -> None:
        job = desk.complete(1)
        desk.clock.advance(100 * 365 * 86_400)
        assert desk.ledger.job(job.id).expires_ms is None
        assert desk.ledger.overdue() == []

    @pytest.mark.parametrize(
        ("house", "default", "own", "asked_ms", "hours"),
        [
            (3, 2, None, None, 2),
            (2, 3, None, None, 2),
            (3, 0, None, None, 3),
            (0, 3, 4.5, None, 4.5),
            (4, 3, 5, None, 4),
            (0, 3, 0, None, 0),
            (3, 3, None, HOUR_MS, 1),
            (3, 3, None, 9 * HOUR_MS, 3),
            (0, 0, None, 9 * HOUR_MS, 9),
        ],
    )
    def test_the_shortest_time_that_anybody_asks_for_holds(
        self,
        desk_of: Callable[..., Desk],
        house: float,
        default: float,
        own: float | None,
        asked_ms: int | None,
        hours: float,
    ) -> None:
        desk = desk_of(Retention(hours=house), keep_hours=default)
        desk.people.add_user(User("ann", limits=UserLimits(keep_hours=own)), LOCAL)
        job = ended(desk, keep_ms=asked_ms)
        kept = None if job.expires_ms is None else job.expires_ms - desk.clock.now_ms()
        assert kept == (hours * HOUR_MS or None)

    def test_new_limits_hold_for_jobs_that_are_there_in_both_directions(self, desk: Desk) -> None:
        plain, asked, others = ended(desk), ended(desk, keep_ms=2 * HOUR_MS), ended(desk, "bob")
        running = desk.begin(1, user_id="ann", of="running")
        for hours, expected in ((1, (1, 1)), (3, (3, 2)), (None, (None, 2)), (0.5, (0.5, 0.5))):
            desk.people.change_user(User("ann", limits=UserLimits(keep_hours=hours)), LOCAL)
            for job, kept in zip((plain, asked), expected, strict=True):
                assert job.finished_ms is not None
                date = None if kept is None else job.finished_ms + round(kept * HOUR_MS)
                assert desk.ledger.job(job.id).expires_ms == date
        assert desk.ledger.job(others.id) == others
        assert desk.ledger.job(running.id).expires_ms is None
        desk.read(1)
        desk.assemble()
        assert desk.ledger.job(running.id).expires_ms == desk.clock.now_ms() + HOUR_MS // 2

    def test_new_rules_of_the_house_hold_for_everybody_once_dates_are_made_anew(
        self, kit: Kit, desk: Desk
    ) -> None:
        desk.people.add_user(User("ann", limits=UserLimits(keep_hours=9)), LOCAL)
        jobs = [ended(desk), ended(desk, "bob"), ended(desk, "bob", keep_ms=HOUR_MS)]
        bounds = Bounds(UserLimits(keep_hours=5))
        stricter = Desk(kit, bounds=bounds, clock=desk.clock)
        assert stricter.ledger.redate() == 1
        assert stricter.ledger.redate() == 0
        found = [desk.ledger.job(job.id) for job in jobs]
        kept = [(job.expires_ms or 0) - (job.finished_ms or 0) for job in found]
        assert kept == [9 * HOUR_MS, 5 * HOUR_MS, HOUR_MS]
        stricter.close()
        assert desk.ledger.redate() == 1
        assert desk.ledger.job(jobs[1].id).expires_ms is None

    def test_a_time_without_end_is_no_number_too_large(self, desk: Desk) -> None:
        job = ended(desk)
        desk.people.change_user(User("ann", limits=UserLimits(keep_hours=2.0**53)), LOCAL)
        expires_ms = desk.ledger.job(job.id).expires_ms
        assert expires_ms is not None
        assert expires_ms > desk.clock.now_ms() + 99 * 365 * 24 * HOUR_MS

    def test_a_time_too_short_to_count_is_short_and_not_endless(
        self, desk_of: Callable[..., Desk]
    ) -> None:
        desk = desk_of(keep_hours=1e-9)
        job = ended(desk)
        assert job.expires_ms == desk.clock.now_ms() + 1


class Retiring:
    def test_a_job_goes_at_its_date(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of(keep_hours=1)
        job = ended(desk)
        desk.clock.advance(HOUR_SECONDS - 0.001)
        assert desk.ledger.overdue() == []
        desk.clock.advance(0.001)
        assert going(desk.ledger.overdue()) == [(job.id, "age")]

    def test_of_too_many_the_oldest_go(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of(keep_jobs=2)
        jobs = [ended(desk) for _ in range(5)]
        others = [ended(desk, "bob") for _ in range(2)]
        assert going(desk.ledger.overdue()) == [(job.id, "count") for job in jobs[:3]]
        assert desk.ledger.retire(desk.ledger.overdue()) == 3
        assert remaining(desk, *jobs, *others) == [False] * 3 + [True] * 4
        assert desk.ledger.overdue() == []

    def test_of_too_much_the_oldest_go_until_the_rest_fits(
        self, desk_of: Callable[..., Desk]
    ) -> None:
        desk = desk_of(keep_mb=1)
        size = MB // 4 - MARKDOWN.size_bytes
        jobs = [ended(desk, size_bytes=size) for _ in range(6)]
        ended(desk, "bob", size_bytes=MB - MARKDOWN.size_bytes)
        assert going(desk.ledger.overdue()) == [(job.id, "storage") for job in jobs[:2]]

    def test_rules_for_all_together_take_the_oldest_of_anybody(
        self, desk_of: Callable[..., Desk]
    ) -> None:
        desk = desk_of(Retention(jobs=3))
        jobs = [ended(desk, user) for user in ("ann", "bob", "ann", "bob", "eve")]
        assert going(desk.ledger.overdue()) == [(job.id, "count") for job in jobs[:2]]

    def test_all_together_fill_no_more_than_they_may(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of(Retention(mb=1))
        jobs = [ended(desk, user, MB // 2) for user in ("ann", "bob", "eve")]
        assert going(desk.ledger.overdue()) == [(job.id, "storage") for job in jobs[:2]]

    def test_a_users_own_rule_holds_instead_of_the_settings(
        self, desk_of: Callable[..., Desk]
    ) -> None:
        desk = desk_of(keep_jobs=1)
        for user_id, limit in (("ann", 3), ("bob", 0)):
            desk.people.add_user(User(user_id, limits=UserLimits(keep_jobs=limit)), LOCAL)
        jobs = {user: [ended(desk, user) for _ in range(4)] for user in ("ann", "bob", "eve")}
        expected = [jobs["ann"][0], *jobs["eve"][:3]]
        assert going(desk.ledger.overdue()) == [(job.id, "count") for job in expected]

    def test_what_goes_for_one_reason_is_not_made_up_for_by_others(
        self, desk_of: Callable[..., Desk]
    ) -> None:
        desk = desk_of(Retention(jobs=4), keep_jobs=3)
        bobs = [ended(desk, "bob") for _ in range(1)]
        anns = [ended(desk, keep_ms=1 if n == 4 else None) for n in range(5)]
        desk.clock.advance(1)
        expected = [(anns[4].id, "age"), (anns[0].id, "count")]
        assert going(desk.ledger.overdue()) == expected
        desk.ledger.retire(desk.ledger.overdue())
        assert remaining(desk, *bobs, *anns) == [True, False, True, True, True, False]

    def test_what_is_worked_on_counts_and_never_goes(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of(Retention(jobs=1), keep_jobs=1, keep_mb=1)
        done = ended(desk)
        busy = desk.begin(1, user_id="ann", of="busy", size_bytes=9 * MB)
        paused = desk.ledger.pause(desk.submit(user_id="ann", of="paused").id)
        desk.submit(user_id="ann", of="queued")
        assert going(desk.ledger.overdue()) == [(done.id, "count")]
        desk.ledger.retire(desk.ledger.overdue())
        assert desk.ledger.overdue() == []
        assert remaining(desk, busy, paused) == [True, True]

    def test_a_few_go_at_a_time_and_none_that_may_stay_when_the_others_have_gone(
        self, desk_of: Callable[..., Desk]
    ) -> None:
        desk = desk_of(keep_jobs=4)
        kept = [ended(desk) for _ in range(6)]
        short = [ended(desk, keep_ms=1) for _ in range(5)]
        desk.clock.advance(1)
        rounds = []
        while overdue := desk.ledger.overdue(3):
            rounds.append(going(overdue))
            assert desk.ledger.retire(overdue) == len(overdue)
        assert [len(one) for one in rounds] == [3, 2 + 2]
        assert [pair for one in rounds for pair in one] == [
            *((job.id, "age") for job in short),
            *((job.id, "count") for job in kept[:2]),
        ]

    def test_asking_changes_nothing(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of(keep_jobs=1)
        ended(desk), ended(desk)
        mark, deeds = desk.ledger.change_mark(), desk.people.deeds()
        assert desk.ledger.overdue() == desk.ledger.overdue() != []
        assert (desk.ledger.change_mark(), desk.people.deeds()) == (mark, deeds)

    def test_what_goes_is_deleted_as_people_delete_and_the_log_says_why(
        self, desk_of: Callable[..., Desk]
    ) -> None:
        desk = desk_of(keep_jobs=1)
        old, _ = ended(desk, filename="old.pdf"), ended(desk)
        desk.ledger.retire(desk.ledger.overdue())
        trash = [Trash(old.folder, is_folder=True), Trash(old.document.key, is_folder=False)]
        assert sorted(desk.ledger.trash(), key=str) == sorted(trash, key=str)
        deed = desk.people.deeds()[0]
        assert (deed.user_id, deed.action, deed.target) == (SYSTEM_USER, "job.retire", old.id)
        assert deed.detail == "count: old.pdf"

    def test_a_job_that_goes_on_meanwhile_is_spared(self, desk_of: Callable[..., Desk]) -> None:
        desk = desk_of(keep_hours=1)
        job = desk.complete(2, failing=1, user_id="ann")
        gone = ended(desk)
        desk.clock.advance(HOUR_SECONDS)
        overdue = desk.ledger.overdue()
        desk.ledger.retry(job.id)
        desk.ledger.delete(gone.id)
        assert len(overdue) == 2
        assert desk.ledger.retire(overdue) == 0
        assert desk.ledger.job(job.id).state is JobState.PROCESSING
        check_books(desk.ledger, job.id)

    def test_a_job_that_has_ended_again_meanwhile_is_spared_too(
        self, desk_of: Callable[..., Desk]
    ) -> None:
        desk = desk_of(keep_hours=1)
        job = desk.complete(2, failing=1, user_id="ann")
        desk.clock.advance(HOUR_SECONDS)
        overdue = desk.ledger.overdue()
        desk.ledger.retry(job.id)
        desk.work_off()
        assert desk.ledger.retire(overdue) == 0
        assert desk.ledger.overdue() == []
        assert desk.ledger.job(job.id).state is JobState.COMPLETED
