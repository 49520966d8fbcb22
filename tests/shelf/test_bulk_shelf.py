"""Files onto a local shelf by the thousand: whole or not at all, as everywhere on the shelf."""

import hashlib
import os
import random
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from pagemill.errors import PagemillError
from pagemill.shelf import LocalShelf
from pagemill.shelf.bulk import BulkShelf

KEY = "documents/ab/abc.pdf"
MB = 1024 * 1024


@pytest.fixture
def shelf(tmp_path: Path) -> LocalShelf:
    return LocalShelf(tmp_path / "shelf", ["documents/ab"])


@pytest.fixture
def bulk(tmp_path: Path, shelf: LocalShelf) -> Iterator[BulkShelf]:
    bulk = BulkShelf(tmp_path / "shelf")
    yield bulk
    bulk.close()


@contextmanager
def opened(path: Path, data: bytes = b"") -> Iterator[int]:
    if data:
        path.write_bytes(data)
    file = os.open(path, os.O_RDONLY)
    yield file
    os.close(file)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def uploads(shelf: LocalShelf) -> list[str]:
    return [stored.key for stored in shelf.list("uploads")]


def test_what_is_put_lies_on_the_shelf_of_everybody(bulk: BulkShelf, shelf: LocalShelf) -> None:
    bulk.put(KEY, b"some bytes")
    bulk.settle()
    assert shelf.get(KEY) == b"some bytes"
    assert bulk.has(KEY)
    assert not bulk.has("documents/ab/other.pdf")
    assert uploads(shelf) == []


def test_a_large_file_is_copied_from_its_beginning(
    bulk: BulkShelf, shelf: LocalShelf, tmp_path: Path
) -> None:
    data = random.Random(1).randbytes(3 * MB + 7)
    with opened(tmp_path / "a", data) as file:
        os.lseek(file, 1000, os.SEEK_SET)
        assert bulk.copy(KEY, file, sha256(data))
    assert shelf.get(KEY) == data


def test_a_copy_of_other_bytes_than_expected_leaves_what_lay_there(
    bulk: BulkShelf, shelf: LocalShelf, tmp_path: Path
) -> None:
    bulk.put(KEY, b"old")
    with opened(tmp_path / "a", b"new") as file:
        assert not bulk.copy(KEY, file, sha256(b"expected"))
    assert shelf.get(KEY) == b"old"
    assert uploads(shelf) == []


def test_only_the_very_bytes_are_held(bulk: BulkShelf) -> None:
    bulk.put(KEY, b"some bytes")
    assert bulk.holds(KEY, sha256(b"some bytes"), 10)
    assert not bulk.holds(KEY, sha256(b"same sizes"), 10)
    assert not bulk.holds(KEY, sha256(b"some bytes"), 11)
    assert not bulk.holds("documents/ab/other.pdf", sha256(b""), 0)


def test_a_link_is_the_file_itself_and_takes_no_room(
    bulk: BulkShelf, shelf: LocalShelf, tmp_path: Path
) -> None:
    path = tmp_path / "a"
    with opened(path, b"some bytes") as file:
        assert bulk.link(KEY, file, os.fstat(file))
        assert bulk.link(KEY, file, os.fstat(file))
    assert path.samefile(tmp_path / "shelf" / KEY)
    assert path.stat().st_nlink == 2
    shelf.delete([KEY])
    assert path.read_bytes() == b"some bytes"
    assert uploads(shelf) == []


def test_a_link_is_to_the_file_that_was_read_though_another_has_its_name_now(
    bulk: BulkShelf, shelf: LocalShelf, tmp_path: Path
) -> None:
    path = tmp_path / "a"
    with opened(path, b"first") as file:
        (tmp_path / "b").write_bytes(b"second")
        (tmp_path / "old").hardlink_to(path)
        (tmp_path / "b").rename(path)
        assert bulk.link(KEY, file, os.fstat(file))
    assert shelf.get(KEY) == b"first"


def test_a_file_that_was_changed_since_is_not_linked(
    bulk: BulkShelf, shelf: LocalShelf, tmp_path: Path
) -> None:
    bulk.put(KEY, b"old")
    with opened(tmp_path / "a", b"first") as file:
        state = os.fstat(file)
        (tmp_path / "a").write_bytes(b"second")
        assert not bulk.link(KEY, file, state)
    assert shelf.get(KEY) == b"old"
    assert uploads(shelf) == []


def test_a_file_of_another_disk_cannot_be_linked(bulk: BulkShelf, small_disk: Path) -> None:
    with opened(small_disk / "a", b"some bytes") as file:
        assert not bulk.link(KEY, file, os.fstat(file))
    assert not bulk.has(KEY)


def test_many_threads_put_the_same_key_and_it_is_whole(bulk: BulkShelf, shelf: LocalShelf) -> None:
    data = random.Random(2).randbytes(50_000)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: bulk.put(KEY, data), range(200)))
    assert shelf.get(KEY) == data
    assert uploads(shelf) == []


def test_keys_that_lead_out_of_the_shelf_are_refused(bulk: BulkShelf, tmp_path: Path) -> None:
    with opened(tmp_path / "a", b"x") as file:
        for act in (
            lambda: bulk.put("../a.pdf", b"x"),
            lambda: bulk.copy("../a.pdf", file, sha256(b"x")),
            lambda: bulk.link("../a.pdf", file, os.fstat(file)),
            lambda: bulk.holds("../a.pdf", sha256(b"x"), 1),
        ):
            with pytest.raises(ValueError, match="not a key"):
                act()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB, where this process may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.fail("only root may mount a small file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_named_and_nothing_half_done_is_left(
    small_disk: Path, tmp_path: Path
) -> None:
    shelf = LocalShelf(small_disk / "shelf", ["documents/ab"])
    bulk = BulkShelf(small_disk / "shelf")
    data = random.Random(3).randbytes(2 * MB)
    with opened(tmp_path / "a", data) as file:
        for act in (
            lambda: bulk.put(KEY, data),
            lambda: bulk.copy(KEY, file, sha256(data)),
        ):
            with pytest.raises(PagemillError) as error:
                act()
            assert error.value.code == "disk_full"
    assert not bulk.has(KEY)
    assert uploads(shelf) == []
    bulk.put(KEY, b"fits")
    bulk.settle()
    assert shelf.get(KEY) == b"fits"
    bulk.close()
