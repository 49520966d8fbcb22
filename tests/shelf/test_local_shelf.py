import hashlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from obstore.store import LocalStore

from pagemill.errors import PagemillError
from pagemill.shelf import LocalShelf, ObjectShelf
from pagemill.shelf.disk import Disk
from shelf.contract import MB, ShelfContract


class TestLocalShelf(ShelfContract):
    @pytest.fixture
    def shelf(self, tmp_path: Path) -> LocalShelf:
        return LocalShelf(tmp_path / "data" / "shelf")


@pytest.fixture
def shelf(tmp_path: Path) -> LocalShelf:
    return LocalShelf(tmp_path)


def files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_a_key_is_a_path_under_the_root(shelf: LocalShelf, tmp_path: Path) -> None:
    with shelf.upload() as upload:
        upload.write(b"bytes")
        upload.keep("documents/ab/abc.pdf")
    assert (tmp_path / "documents/ab/abc.pdf").read_bytes() == b"bytes"
    with shelf.local_path("documents/ab/abc.pdf") as path:
        assert path == tmp_path / "documents/ab/abc.pdf"


def test_a_large_file_streams_in_pieces(shelf: LocalShelf) -> None:
    shelf.put("a/b", b"x" * 8 * MB)
    assert max(len(chunk) for chunk in shelf.stream("a/b")) <= 2 * MB


def test_deleting_a_folder_removes_the_folder_and_what_a_crash_left_in_it(
    shelf: LocalShelf, tmp_path: Path
) -> None:
    shelf.put("jobs/1/images/1_0.jpg", b"1")
    (tmp_path / "jobs/1/result.md#1").write_bytes(b"half")
    shelf.delete_folder("jobs/1")
    assert list((tmp_path / "jobs").iterdir()) == []


def test_staged_leftovers_of_a_crash_are_swept(shelf: LocalShelf, tmp_path: Path) -> None:
    shelf.put("uploads/b0", b"whole, never kept")
    (tmp_path / "uploads/a0#1").write_bytes(b"half")
    assert shelf.sweep_uploads(time.time_ns() // 1_000_000 + 60_000) == 2
    assert files(tmp_path) == []


def test_halves_of_files_are_leftovers_wherever_they_lie(shelf: LocalShelf, tmp_path: Path) -> None:
    shelf.put("jobs/1/pages/0001.tok.json", b"whole")
    (tmp_path / "jobs/1/pages/0002.tok.json#1").write_bytes(b"half")
    after = time.time_ns() // 1_000_000 + 60_000
    assert [left.key for left in shelf.leftovers(after)] == ["jobs/1/pages/0002.tok.json#1"]
    assert shelf.sweep_leftovers(after) == 1
    assert files(tmp_path) == ["jobs/1/pages/0001.tok.json"]


def test_an_upload_in_progress_is_not_listed_and_is_gone_when_dropped(
    shelf: LocalShelf, tmp_path: Path
) -> None:
    with shelf.upload() as upload:
        upload.write(b"x" * 5 * MB)
    assert files(tmp_path) == []


class WatchedDisk(Disk):
    """A real disk that notes what could be seen under the key at each sync."""

    def __init__(self, root: Path, key: str) -> None:
        super().__init__(root)
        self.key = key
        self.seen: list[tuple[str, bool]] = []

    def sync_file(self, key: str) -> None:
        super().sync_file(key)
        self.seen.append(("file", self.path(self.key).exists()))

    def sync_way_to(self, key: str) -> None:
        super().sync_way_to(key)
        self.seen.append(("way", self.path(self.key).exists()))


def test_bytes_are_synced_before_the_name_appears_and_the_way_to_it_after(tmp_path: Path) -> None:
    disk = WatchedDisk(tmp_path, "documents/ab/abc.pdf")
    with ObjectShelf(LocalStore(tmp_path), disk).upload() as upload:
        upload.write(b"bytes")
        upload.keep(disk.key)
    assert disk.seen == [("file", False), ("way", True)]


WRITER = """
import hashlib, random, sys
from pathlib import Path
from pagemill.shelf import LocalShelf
shelf, rng = LocalShelf(Path(sys.argv[1])), random.Random(int(sys.argv[2]))
say = lambda word: print(word, flush=True)
while True:
    data = rng.randbytes(rng.choice([10, 5_000, 300_000, 2_500_000]))
    with shelf.upload() as upload:
        for start in range(0, len(data), 60_000):
            upload.write(data[start:start + 60_000])
            say("wrote")
        key = f"documents/{upload.sha256[:2]}/{upload.sha256}"
        say("keeping")
        upload.keep(key)
    say(key)
    with shelf.writer(f"jobs/{upload.sha256}") as file:
        file.write(data[:1_000_000])
        say("writing")
        file.write(data[1_000_000:])
    shelf.put(f"pages/{upload.sha256}", data)
    say("put")
"""


@pytest.mark.parametrize("seed", range(10))
def test_kill_9_at_any_moment_leaves_only_whole_files(tmp_path: Path, seed: int) -> None:
    moments = random.Random(seed)
    command = [sys.executable, "-c", WRITER, str(tmp_path), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        said = [writer.stdout.readline().strip() for _ in range(moments.randint(1, 120))]
        for _ in range(moments.randint(0, 20_000)):  # let it run on a little, unevenly
            pass
        writer.kill()
        said += writer.stdout.read().split()
    shelf = LocalShelf(tmp_path)
    stored = [s.key for prefix in ("documents", "jobs", "pages") for s in shelf.list(prefix)]
    for key in stored:
        assert hashlib.sha256(shelf.get(key)).hexdigest() == Path(key).name
    assert {word for word in said if "/" in word} <= set(stored)
    shelf.sweep_uploads(time.time_ns() // 1_000_000 + 60_000)
    assert [f for f in files(tmp_path) if f.startswith("uploads")] == []


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB."""
    if os.geteuid() != 0:
        pytest.fail("only root may mount a tiny disk")
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(tmp_path)], capture_output=True
    )
    if mount.returncode:
        pytest.fail(f"no tiny disk here: {mount.stderr.decode()}")
    yield tmp_path
    subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


def test_a_full_disk_is_named_and_nothing_is_left_behind(tiny_disk: Path) -> None:
    shelf = LocalShelf(tiny_disk)
    shelf.put("a/old", b"old")
    with pytest.raises(PagemillError) as raised, shelf.upload() as upload:
        for _ in range(64):
            upload.write(b"x" * 65_536)
        upload.keep("documents/x.pdf")
    assert raised.value.code == "disk_full"
    with pytest.raises(PagemillError) as raised, shelf.writer("a/old") as file:
        file.write(b"x" * 4 * MB)
    assert raised.value.code == "disk_full"
    with pytest.raises(PagemillError) as raised:
        shelf.put("a/old", b"x" * 4 * MB)
    assert raised.value.code == "disk_full"
    assert files(tiny_disk) == ["a/old"]
    assert shelf.get("a/old") == b"old"


def test_work_goes_on_once_there_is_space_again(tiny_disk: Path) -> None:
    shelf = LocalShelf(tiny_disk)
    shelf.put("a/big", b"x" * (MB + MB // 2))
    with pytest.raises(PagemillError), shelf.writer("a/next") as file:
        file.write(b"y" * MB)
    shelf.delete(["a/big"])
    with shelf.writer("a/next") as file:
        file.write(b"y" * MB)
    assert files(tiny_disk) == ["a/next"]
