"""No chore of upkeep holds up another, one node does what is for all, and a clock that jumps makes
nothing old.
"""

import threading
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from journeys.nodes import until
from pagemill.model.people import LOCAL, User, UserLimits
from pagemill.ports import NodeState
from pagemill.shelf import LocalShelf
from pagemill.work.rubbish import YOUNG_MS
from pagemill.work.steady import REST_SECONDS
from pagemill.work.upkeep import Upkeep, UpkeepPlan
from web_house import CountingBell
from work.stock import Site


class FailingShelf(LocalShelf):
    """Cannot delete some folders, as where they belong to somebody else."""

    stuck: tuple[str, ...] = ()

    def delete_folder(self, prefix: str) -> None:
        if prefix in self.stuck:
            raise PermissionError(prefix)
        super().delete_folder(prefix)


class SlowShelf(LocalShelf):
    """Deletes a folder once it may."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.began, self.may_go_on = threading.Event(), threading.Event()

    def delete_folder(self, prefix: str) -> None:
        self.began.set()
        assert self.may_go_on.wait(60)
        super().delete_folder(prefix)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path).populate()


def upkeep_of(site: Site, shelf: LocalShelf | None = None, seconds: float = 0.01) -> Upkeep:
    plan = UpkeepPlan(seconds, 30, late_seconds=0.01)
    return Upkeep(plan, site.ledger, shelf or site.shelf, CountingBell(), site.clock)


def lose_a_lease(site: Site) -> None:
    now_ms = site.clock.now_ms()
    site.ledger.enter(NodeState("lost", "1", "host", 1, 1, (), now_ms, now_ms))
    assert site.ledger.claim("lost:1", (), 1, 5)
    site.clock.advance(6)


def folders(site: Site) -> list[str]:
    return [site.jobs[name].folder for name in ("done", "begun")]


def test_a_folder_that_cannot_be_deleted_holds_up_no_other(site: Site, tmp_path: Path) -> None:
    stuck, free = folders(site)
    shelf = FailingShelf(tmp_path / "shelf")
    shelf.stuck = (stuck,)
    for name in ("done", "begun"):
        site.ledger.delete(site.jobs[name].id)
        site.clock.advance(1)
    upkeep = upkeep_of(site, shelf)
    with capture_logs() as logs:
        for _ in range(2):
            upkeep.round()
    assert {log["key"] for log in logs if log["event"] == "trash_stays"} == {stuck}
    assert not site.path(free).exists()
    assert stuck in {row.key for row in site.ledger.trash()}
    shelf.stuck = ()
    for _ in range(2):
        upkeep.round()
    assert not site.path(stuck).exists()


def test_what_cannot_be_deleted_comes_last(site: Site) -> None:
    stuck, free = folders(site)
    site.ledger.delete(site.jobs["done"].id)
    (row,) = [row for row in site.ledger.trash() if row.key == stuck]
    site.clock.advance(1)
    site.ledger.delete(site.jobs["begun"].id)
    site.clock.advance(1)
    site.ledger.put_off_trash([row])
    keys = [row.key for row in site.ledger.trash() if row.is_folder]
    assert keys == [free, stuck]


def test_a_chore_that_fails_keeps_no_other_from_being_done(site: Site, tmp_path: Path) -> None:
    class BrokenShelf(LocalShelf):
        def list(self, prefix: str) -> None:
            raise OSError("input/output error")

    site.ledger.people.add_user(User("bob", limits=UserLimits(keep_jobs=1)), LOCAL)
    lose_a_lease(site)
    upkeep = upkeep_of(site, BrokenShelf(tmp_path / "shelf"))
    with pytest.raises(OSError, match="input/output"):
        upkeep.round()
    assert site.ledger.held("lost:1") == set()
    upkeep.start()
    lose_a_lease(site)
    until(lambda: not site.ledger.held("lost:1"), "the rescue")
    upkeep.stop()


def test_the_slowest_deletion_does_not_hold_up_a_rescue(site: Site, tmp_path: Path) -> None:
    shelf = SlowShelf(tmp_path / "shelf")
    site.ledger.delete(site.jobs["done"].id)
    upkeep = upkeep_of(site, shelf)
    upkeep.start()
    assert shelf.began.wait(60)
    lose_a_lease(site)
    until(lambda: not site.ledger.held("lost:1"), "the rescue")
    shelf.may_go_on.set()
    upkeep.stop()


def test_one_of_many_nodes_empties_the_trash(site: Site, tmp_path: Path) -> None:
    first, second = upkeep_of(site, seconds=30), upkeep_of(site, seconds=30)
    first.round()
    site.ledger.delete(site.jobs["done"].id)
    for _ in range(3):
        second.round()
    assert site.path(site.jobs["done"].folder).exists()
    for _ in range(2):
        first.round()
    assert not site.path(site.jobs["done"].folder).exists()


def test_every_node_rescues_and_a_duty_left_behind_is_taken_over(site: Site) -> None:
    gone, other = upkeep_of(site, seconds=30), upkeep_of(site, seconds=30)
    gone.round()
    lose_a_lease(site)
    other.round()
    assert site.ledger.held("lost:1") == set()
    site.ledger.delete(site.jobs["done"].id)
    site.clock.advance(91)
    for _ in range(2):
        other.round()
    assert not site.path(site.jobs["done"].folder).exists()


def test_a_duty_is_given_back_by_who_stops(site: Site) -> None:
    first, second = upkeep_of(site), upkeep_of(site, seconds=3600)
    first.round()
    first.start()
    first.stop()
    site.ledger.delete(site.jobs["done"].id)
    for _ in range(2):
        second.round()
    assert not site.path(site.jobs["done"].folder).exists()


@pytest.mark.parametrize("days", [400, -400])
def test_a_clock_that_jumps_makes_nothing_old(site: Site, days: int) -> None:
    upkeep = upkeep_of(site)
    upkeep.round()
    site.shelf.put("uploads/coming", b"half")
    site.ledger.people.edit_user(
        "ann", lambda user: User("ann", limits=UserLimits(keep_hours=24)), LOCAL
    )
    site.clock.set(site.clock.now_ms() + days * 86_400_000)
    with capture_logs() as logs:
        for _ in range(3):
            upkeep.round()
    (told,) = [log for log in logs if log["event"] == "clock_jumped"]
    assert told["seconds"] == days * 86_400
    assert site.job("done").finished_ms
    assert site.shelf.stat("uploads/coming")
    assert len(site.ledger.people.deeds()) > 3


def test_a_clock_that_was_set_right_is_trusted_again(site: Site) -> None:
    upkeep = upkeep_of(site)
    site.ledger.delete(site.jobs["done"].id)
    site.clock.set(site.clock.now_ms() + 7 * 86_400_000)
    upkeep.round()
    assert site.path(site.jobs["done"].folder).exists()
    site.clock.advance(REST_SECONDS + 1)
    for _ in range(2):
        upkeep.round()
    assert not site.path(site.jobs["done"].folder).exists()


def test_time_that_goes_on_is_no_jump(site: Site) -> None:
    upkeep = upkeep_of(site)
    site.ledger.delete(site.jobs["done"].id)
    for _ in range(3):
        site.clock.advance(ms=2 * YOUNG_MS)
        upkeep.round()
    assert site.jobs["done"].document.key not in site.files()
