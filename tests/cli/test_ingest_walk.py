"""Walking folders: every file is told of once, whatever lies there, and nothing raises."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.messy_folder import Mess, make_mess, paper
from pagemill.cli.ingest.walk import Found, Item, Refused, Skipped, source_key, walk


@pytest.fixture
def mess(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mess:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    return make_mess(tmp_path / "in")


def names(items: list[Item], kind: type, folder: Path) -> list[str]:
    return sorted(str(item.path.relative_to(folder)) for item in items if isinstance(item, kind))


def test_every_file_is_found_refused_or_skipped_and_told_of_once(mess: Mess) -> None:
    items = list(walk([mess.folder]))
    by_content = {"empty.pdf", "report.docx"}
    found = {*mess.documents, *mess.twins, *by_content}
    assert names(items, Found, mess.folder) == sorted(found)
    assert names(items, Refused, mess.folder) == sorted(mess.refused.keys() - by_content)
    assert names(items, Skipped, mess.folder) == sorted(mess.skipped)
    for item in items:
        if isinstance(item, Refused):
            assert item.code == mess.refused[str(item.path.relative_to(mess.folder))]
            assert item.message


def test_a_file_is_found_with_its_size_and_time(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(b"12345")
    os.utime(file, ns=(1, 1_700_000_000_123_456_789))
    assert list(walk([tmp_path])) == [Found(file, 5, 1_700_000_000_123_456_789)]


def test_linked_folders_are_entered_when_asked_and_loops_end(mess: Mess) -> None:
    outside = mess.folder.parent / "outside"
    outside.mkdir()
    (outside / "there.pdf").write_bytes(paper("there"))
    (outside / "back").symlink_to(mess.folder)
    (mess.folder / "out").symlink_to(outside)
    assert "out/there.pdf" not in names(list(walk([mess.folder])), Found, mess.folder)
    items = list(walk([mess.folder], follow=True))
    paths = [os.path.realpath(item.path) for item in items if isinstance(item, Found)]
    assert paths.count(str(outside / "there.pdf")) == 1
    assert paths.count(str(mess.folder / "deep/er/two.PDF")) == 1


def test_folders_that_link_each_other_many_times_are_walked_once_each(tmp_path: Path) -> None:
    folders = [tmp_path / f"{n}" for n in range(12)]
    for folder in folders:
        folder.mkdir()
        (folder / "a.pdf").write_bytes(b"x")
        for other in folders:
            (folder / f"to {other.name}").symlink_to(other)
    found = [item for item in walk([tmp_path / "0"], follow=True) if isinstance(item, Found)]
    assert len(found) == len(folders)


def test_what_is_named_by_itself_is_taken_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / ".inbox").mkdir()
    for name in (".inbox/a.pdf", "letter.txt", ".b.pdf"):
        (tmp_path / name).write_bytes(b"x")
    given = [tmp_path / ".inbox", tmp_path / "letter.txt", tmp_path / ".b.pdf"]
    assert names(list(walk(given)), Found, tmp_path) == [".b.pdf", ".inbox/a.pdf", "letter.txt"]


def test_a_path_that_is_not_there_is_refused_and_the_others_are_walked(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"x")
    items = list(walk([tmp_path / "b.pdf", tmp_path / "a.pdf"]))
    assert [type(item) for item in items] == [Refused, Found]
    assert items[0].code == "file_not_found"


def test_a_folder_named_twice_and_within_another_is_walked_once(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.pdf").write_bytes(b"x")
    items = list(walk([tmp_path, tmp_path / "in", tmp_path]))
    assert names(items, Found, tmp_path) == ["in/a.pdf"]


def test_paths_come_out_the_same_from_whatever_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/a.pdf").write_bytes(b"x")
    (tmp_path / "shortcut").symlink_to("real")
    monkeypatch.chdir(tmp_path / "real")
    ways = [Path("a.pdf"), Path(), tmp_path / "real", tmp_path / "shortcut", Path("../shortcut")]
    assert {item.path for way in ways for item in walk([way])} == {tmp_path / "real/a.pdf"}


def test_a_folder_that_is_spared_is_not_entered(tmp_path: Path) -> None:
    for name in ("data/shelf/a.pdf", "b.pdf"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    spared = [tmp_path / "data", tmp_path / "not there"]
    items = list(walk([tmp_path, tmp_path / "data"], spared=spared))
    assert names(items, Found, tmp_path) == ["b.pdf"]
    assert names(items, Skipped, tmp_path) == ["data", "data"]


def test_files_that_vanish_while_the_folder_is_read_are_told_of(tmp_path: Path) -> None:
    for n in range(3):
        (tmp_path / f"{n}.pdf").symlink_to(tmp_path / "target")
    (tmp_path / "target").write_bytes(b"x")
    items: Iterator[Item] = walk([tmp_path])
    first = [next(items)]
    (tmp_path / "target").unlink()
    rest = list(items)
    assert len(first + rest) == 4
    assert {type(item) for item in rest} <= {Refused, Found}
    assert sum(isinstance(item, Refused) for item in rest) >= 2


def test_a_folder_that_vanishes_before_it_is_entered_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.pdf").write_bytes(b"x")
    items = walk([tmp_path])
    first = next(items)
    (tmp_path / "sub").rmdir()
    assert [type(item) for item in (first, *items)] == [Found, Refused]


def test_a_path_too_long_for_the_system_is_refused(tmp_path: Path) -> None:
    (item,) = walk([tmp_path / ("x" * 300)])
    assert isinstance(item, Refused)
    assert item.code == "file_unreadable"


def test_other_options_are_another_errand_at_the_same_path() -> None:
    keys = {source_key(Path(path), options) for path in ("/a", "/b") for options in ("x", "y")}
    assert len(keys) == 4
    assert source_key(Path(os.fsdecode(b"/\xff")), "x")
