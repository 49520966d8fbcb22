"""A backup is of one moment, whole, and made while others work."""

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ledger.desk import SqliteKit
from pagemill.errors import PagemillError
from pagemill.model.job import JobState
from pagemill.ports import JobQuery
from pagemill.testing.clock import SettableClock
from pagemill.work.backup import Backup, Manifest, Step, Wish, read_manifest
from pagemill.work.backup import making as workshop
from pagemill.work.inspection import Inspector, Order
from pagemill.work.upkeep import YOUNG_MS, Upkeep, UpkeepPlan
from web_house import CountingBell
from work.stock import Site

PLAIN = Wish()


class PowerCut(BaseException):
    """Ends a backup as a kill does, as far as files are concerned."""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "data").populate()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backup"


def back_up(
    site: Site, folder: Path, wish: Wish = PLAIN, at: Callable[[Step], None] = lambda _: None
) -> Manifest:
    backup = Backup(site.ledger, site.shelf, site.clock, folder, program="1", schema=3, tell=at)
    return backup.make(wish)


def once(name: str, act: Callable[[], object]) -> Callable[[Step], None]:
    """Does something when a step of the backup begins."""
    left = [act]

    def tell(step: Step) -> None:
        if step.name == name and left:
            left.pop()()

    return tell


def contents(folder: Path) -> dict[str, bytes]:
    shelf = folder / "shelf"
    return {
        p.relative_to(shelf).as_posix(): p.read_bytes() for p in shelf.rglob("*.*") if p.is_file()
    }


def jobs_of(path: Path) -> set[str]:
    with closing(SqliteKit(path).open(SettableClock())) as ledger:
        return {job.id for job in ledger.jobs(JobQuery(limit=1000))}


def is_whole(folder: Path) -> bool:
    """Whether a house could go on from it as it lies there."""
    site = Site(folder)
    inspector = Inspector(site.ledger, site.shelf, CountingBell(), site.clock, lambda _: None)
    with closing(site.ledger):
        return inspector.inspect(Order(is_hashing=True)).found == ()


def throw_away(site: Site) -> None:
    """Upkeep does all it can, long after everything came."""
    site.clock.advance(ms=YOUNG_MS * 2)
    upkeep = Upkeep(UpkeepPlan(0.01, 30), site.ledger, site.shelf, CountingBell(), site.clock)
    for _ in range(3):
        upkeep.round()


def test_a_backup_holds_what_the_ledger_refers_to_and_nothing_else(
    site: Site, folder: Path
) -> None:
    for stray in ("jobs/gone/result.md", "uploads/left", f"{site.jobs['done'].folder}/old.md"):
        site.shelf.put(stray, b"stray")
    made = back_up(site, folder)
    wanted = {key for key in site.files() if "gone" not in key and "left" not in key}
    assert set(contents(folder)) == wanted - {f"{site.jobs['done'].folder}/old.md"}
    assert (made.documents, made.jobs, made.files, made.missing) == (3, 3, 7, 0)
    assert made.bytes == sum(map(len, contents(folder).values()))
    assert read_manifest(folder) == made
    assert {path.name for path in folder.iterdir()} == {
        "backup.json",
        "backup.lock",
        "ledger.db",
        "shelf",
    }
    assert is_whole(folder)


def test_what_is_deleted_meanwhile_is_in_the_backup(site: Site, folder: Path) -> None:
    job = site.jobs["done"]

    def delete() -> None:
        site.ledger.delete(job.id)
        throw_away(site)

    made = back_up(site, folder, at=once("files", delete))
    assert made.missing == 0
    assert job.id in jobs_of(folder / "ledger.db")
    assert is_whole(folder)
    throw_away(site)
    assert not [key for key in site.files() if job.id in key]


def test_what_comes_meanwhile_is_in_the_next_one(site: Site, folder: Path) -> None:
    def go_on() -> None:
        site.submit("late")
        site.worker.work_off()

    back_up(site, folder, at=once("files", go_on))
    assert site.jobs["late"].id not in jobs_of(folder / "ledger.db")
    made = back_up(site, folder, Wish(is_incremental=True))
    assert site.jobs["late"].id in jobs_of(folder / "ledger.db")
    assert (made.jobs, made.missing, made.changed) == (4, 0, 0)
    assert is_whole(folder)


def test_an_output_that_is_written_anew_meanwhile_is_told(site: Site, folder: Path) -> None:
    path = site.output_path("done")
    made = back_up(
        site, folder, at=once("files", lambda: path.write_bytes(b"longer than it was" * 9))
    )
    assert (made.changed, made.missing) == (1, 0)


def test_what_lay_nowhere_is_told(site: Site, folder: Path) -> None:
    site.page_path("done", 1).unlink()
    site.path(site.jobs["waiting"].document.key).write_bytes(b"cut")
    made = back_up(site, folder)
    assert made.missing == 2


def test_a_second_backup_copies_only_what_is_new_and_drops_what_is_gone(
    site: Site, folder: Path
) -> None:
    back_up(site, folder)
    kept = folder / "shelf" / site.jobs["waiting"].document.key
    before = kept.stat().st_ino
    site.ledger.delete(site.jobs["done"].id)
    site.submit("new")
    back_up(site, folder, Wish(is_incremental=True))
    assert kept.stat().st_ino == before
    assert not [key for key in contents(folder) if site.jobs["done"].id in key]
    assert site.jobs["new"].document.key in contents(folder)
    assert not (folder / "shelf" / site.jobs["done"].folder).exists()
    assert is_whole(folder)


def test_links_are_the_files_themselves_until_these_are_written_anew(
    site: Site, folder: Path
) -> None:
    back_up(site, folder, Wish(is_linking=True))
    key = f"{site.jobs['done'].folder}/result.md"
    assert (folder / "shelf" / key).samefile(site.path(key))
    before = site.path(key).read_bytes()
    with site.shelf.writer(key) as upload:
        upload.write(b"anew")
    assert (folder / "shelf" / key).read_bytes() == before
    assert is_whole(folder)


@pytest.mark.parametrize("step", ["ledger", "files", "sync"])
def test_a_backup_that_was_killed_says_so_and_goes_on(site: Site, folder: Path, step: str) -> None:
    def die() -> None:
        raise PowerCut

    with pytest.raises(PowerCut):
        back_up(site, folder, at=once(step, die))
    assert "began_ms" in json.loads((folder / "unfinished.json").read_text())
    with pytest.raises(PagemillError) as caught:
        read_manifest(folder)
    assert "pagemill backup" in caught.value.hint
    copied = (
        {p: p.stat().st_ino for p in (folder / "shelf").rglob("*.*")} if step != "ledger" else {}
    )
    made = back_up(site, folder)
    assert (made.files, made.missing) == (7, 0)
    assert {p: p.stat().st_ino for p in copied} == copied
    assert is_whole(folder)


@pytest.mark.parametrize("step", ["ledger", "files", "sync"])
def test_a_second_backup_that_is_killed_leaves_the_first_as_it_was(
    site: Site, folder: Path, tmp_path: Path, step: str
) -> None:
    before = back_up(site, folder)
    site.ledger.delete(site.jobs["done"].id)
    site.submit("new")

    def die() -> None:
        raise PowerCut

    with pytest.raises(PowerCut):
        back_up(site, folder, Wish(is_incremental=True), at=once(step, die))
    assert read_manifest(folder) == before
    shutil.copytree(folder, tmp_path / "copy")
    assert site.jobs["done"].id in jobs_of(tmp_path / "copy" / "ledger.db")
    assert is_whole(tmp_path / "copy")
    back_up(site, folder)
    assert site.jobs["new"].id in jobs_of(folder / "ledger.db")
    assert is_whole(folder)


def test_a_hold_of_a_backup_that_died_runs_out(site: Site, folder: Path) -> None:
    site.ledger.keeping.hold("died", workshop.HOLD_SECONDS)
    site.ledger.delete(site.jobs["done"].id)
    throw_away(site)
    assert site.output_path("done").exists()
    site.clock.advance(workshop.HOLD_SECONDS)
    throw_away(site)
    assert not site.output_path("done").exists()


def test_nothing_is_held_when_a_backup_has_ended(site: Site, folder: Path) -> None:
    held = []
    back_up(site, folder, at=lambda _: held.append(site.ledger.keeping.is_held()))
    assert set(held[:-1]) == {True}
    assert not site.ledger.keeping.is_held()


def test_folders_with_something_else_are_left_alone(site: Site, folder: Path) -> None:
    folder.mkdir()
    (folder / "letter.txt").write_text("mine")
    with pytest.raises(PagemillError, match="holds something else"):
        back_up(site, folder)
    assert [path.name for path in folder.iterdir() if path.name != "backup.lock"] == ["letter.txt"]


def test_a_finished_backup_is_not_written_over_by_chance(site: Site, folder: Path) -> None:
    made = back_up(site, folder)
    with pytest.raises(PagemillError, match="finished backup"):
        back_up(site, folder)
    assert read_manifest(folder) == made


def test_two_backups_into_one_folder_do_not_meet(site: Site, folder: Path) -> None:
    def second() -> None:
        with pytest.raises(PagemillError, match="at work"):
            back_up(site, folder)

    assert back_up(site, folder, at=once("files", second)).missing == 0


def test_begun_elsewhere_nobody_works_on_anything(site: Site, folder: Path) -> None:
    (work,) = site.worker.claim(1)
    site.ledger.keeping.hold("another", 600)
    back_up(site, folder)
    with closing(SqliteKit(folder / "ledger.db").open(site.clock)) as ledger:
        assert ledger.keeping.is_held()
        assert ledger.keeping.begin_elsewhere() == 1
        assert (ledger.held("hand:1"), ledger.nodes()) == (set(), [])
        assert not ledger.keeping.is_held()
        assert work.task_id in {task.task_id for task in ledger.claim("new:1", (), 50, 60)}
        assert ledger.job(site.jobs["begun"].id).state is JobState.PROCESSING
