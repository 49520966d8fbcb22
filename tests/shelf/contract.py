"""What every shelf must do. A test class inherits `ShelfContract` and gives a fixture `shelf`."""

import hashlib
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from pagemill.ports import Shelf

MB = 1024 * 1024


def keys(shelf: Shelf, prefix: str) -> list[str]:
    return sorted(stored.key for stored in shelf.list(prefix))


class ShelfContract:
    def test_an_upload_is_hashed_on_the_way_and_lies_under_its_key(self, shelf: Shelf) -> None:
        data = random.Random(1).randbytes(3 * MB + 17)
        with shelf.upload() as upload:
            for start in range(0, len(data), 70_001):
                upload.write(data[start : start + 70_001])
            assert upload.size_bytes == len(data)
            assert upload.head == data[:1024]
            assert upload.sha256 == hashlib.sha256(data).hexdigest()
            upload.keep("documents/ab/abc.pdf")
        assert shelf.get("documents/ab/abc.pdf") == data
        assert keys(shelf, "uploads") == []

    def test_an_empty_upload_is_an_empty_file(self, shelf: Shelf) -> None:
        with shelf.upload() as upload:
            assert (upload.size_bytes, upload.head) == (0, b"")
            upload.keep("documents/e.pdf")
        assert shelf.get("documents/e.pdf") == b""

    def test_the_head_of_tiny_chunks_is_complete(self, shelf: Shelf) -> None:
        with shelf.upload() as upload:
            for _ in range(1500):
                upload.write(b"x")
            assert upload.head == b"x" * 1024

    def test_an_upload_that_is_not_kept_leaves_nothing(self, shelf: Shelf) -> None:
        with shelf.upload() as upload:
            upload.write(b"x" * 2 * MB)
        with pytest.raises(ConnectionResetError), shelf.upload() as upload:
            upload.write(b"x" * 2 * MB)
            raise ConnectionResetError
        assert keys(shelf, "uploads") == []

    def test_keeping_under_a_taken_key_replaces_it(self, shelf: Shelf) -> None:
        shelf.put("a/b.txt", b"old and longer")
        with shelf.upload() as upload:
            upload.write(b"new")
            upload.keep("a/b.txt")
        assert shelf.get("a/b.txt") == b"new"

    def test_a_writer_keeps_when_its_block_ends_well(self, shelf: Shelf) -> None:
        with shelf.writer("jobs/1/result.md") as file:
            file.write(b"# One")
            assert shelf.stat("jobs/1/result.md") is None
        assert shelf.get("jobs/1/result.md") == b"# One"

    def test_a_writer_that_fails_keeps_the_old_bytes(self, shelf: Shelf) -> None:
        shelf.put("jobs/1/result.md", b"old")
        with pytest.raises(ZeroDivisionError), shelf.writer("jobs/1/result.md") as file:
            file.write(b"half of the new")
            raise ZeroDivisionError
        assert shelf.get("jobs/1/result.md") == b"old"
        assert keys(shelf, "uploads") == []

    def test_put_replaces_whole(self, shelf: Shelf) -> None:
        shelf.put("a/b", b"first, long")
        shelf.put("a/b", b"second")
        assert shelf.get("a/b") == b"second"

    def test_readers_see_old_or_new_bytes_and_never_a_mixture(self, shelf: Shelf) -> None:
        versions = {bytes([letter]) * 300_000 for letter in b"abc"}
        shelf.put("a/b", b"a" * 300_000)
        is_over = threading.Event()

        def write() -> None:
            for _ in range(20):
                for version in versions:
                    shelf.put("a/b", version)
            is_over.set()

        with ThreadPoolExecutor() as pool:
            writing = pool.submit(write)
            seen = {shelf.get("a/b")}
            while not is_over.is_set():
                seen.add(b"".join(shelf.stream("a/b")))
            writing.result(timeout=60)
        assert seen <= versions

    @pytest.mark.parametrize(
        ("start", "end"), [(0, None), (0, 10), (5, None), (7, 9), (3 * MB, None), (0, 99 * MB)]
    )
    def test_any_range_can_be_streamed(self, shelf: Shelf, start: int, end: int | None) -> None:
        data = random.Random(2).randbytes(4 * MB)
        shelf.put("a/b", data)
        assert b"".join(shelf.stream("a/b", start, end)) == data[start:end]

    @pytest.mark.parametrize(("start", "end"), [(3, 3), (5, 2), (10, None), (99, 100)])
    def test_a_range_outside_the_file_is_empty(
        self, shelf: Shelf, start: int, end: int | None
    ) -> None:
        shelf.put("a/b", b"0123456789")
        assert b"".join(shelf.stream("a/b", start, end)) == b""

    def test_what_is_not_there_is_said_at_once(self, shelf: Shelf) -> None:
        assert shelf.stat("no/such") is None
        with pytest.raises(FileNotFoundError):
            shelf.get("no/such")
        with pytest.raises(FileNotFoundError):
            shelf.stream("no/such")
        with pytest.raises(FileNotFoundError):
            shelf.stream("no/such", 3, 9)
        with pytest.raises(FileNotFoundError), shelf.local_path("no/such"):
            pass

    def test_a_folder_is_no_file(self, shelf: Shelf) -> None:
        shelf.put("a/b/c", b"1")
        assert shelf.stat("a/b") is None
        with pytest.raises(FileNotFoundError):
            shelf.get("a/b")

    def test_stat_tells_size_and_time(self, shelf: Shelf) -> None:
        shelf.put("a/b", b"12345")
        shelf.put("a/c", b"1")
        first, second = shelf.stat("a/b"), shelf.stat("a/c")
        assert first is not None
        assert second is not None
        assert (first.key, first.size_bytes) == ("a/b", 5)
        assert 0 <= second.modified_ms - first.modified_ms < 3_600_000

    def test_list_walks_whole_folders_only(self, shelf: Shelf) -> None:
        for key in ("jobs/1/a", "jobs/1/images/1_0.jpg", "jobs/10/a", "other"):
            shelf.put(key, b"1")
        assert keys(shelf, "jobs/1") == ["jobs/1/a", "jobs/1/images/1_0.jpg"]
        assert keys(shelf, "jobs/1/") == ["jobs/1/a", "jobs/1/images/1_0.jpg"]
        assert keys(shelf, "jobs/2") == []

    def test_deleting_passes_over_what_is_gone(self, shelf: Shelf) -> None:
        for key in ("a/1", "a/2", "a/3"):
            shelf.put(key, b"1")
        shelf.delete(["a/1", "a/no", "a/3", "no/no", "a/1"])
        shelf.delete([])
        assert keys(shelf, "a") == ["a/2"]

    def test_deleting_a_folder_takes_all_below_and_nothing_beside(self, shelf: Shelf) -> None:
        for key in ("jobs/1/a", "jobs/1/images/x", "jobs/10/a"):
            shelf.put(key, b"1")
        shelf.delete_folder("jobs/1")
        shelf.delete_folder("jobs/1")
        assert keys(shelf, "jobs") == ["jobs/10/a"]

    def test_a_disk_tells_its_room_and_a_store_does_not(self, shelf: Shelf) -> None:
        space = shelf.disk_space()
        assert space is None or 0 <= space.free_bytes <= space.size_bytes

    def test_moving_replaces_what_lay_there(self, shelf: Shelf) -> None:
        shelf.put("a/old", b"1")
        shelf.put("b/c/new", b"2")
        shelf.move("a/old", "b/c/new")
        shelf.move("b/c/new", "fresh/folder/key")
        assert shelf.get("fresh/folder/key") == b"1"
        assert (shelf.stat("a/old"), shelf.stat("b/c/new")) == (None, None)
        with pytest.raises(FileNotFoundError):
            shelf.move("a/old", "b/c/new")

    def test_local_path_is_a_file_with_these_bytes(self, shelf: Shelf) -> None:
        shelf.put("a/b.pdf", b"%PDF-")
        with shelf.local_path("a/b.pdf") as path:
            assert path.read_bytes() == b"%PDF-"
            assert path.suffix == ".pdf"

    @pytest.mark.parametrize(
        "key",
        [
            *("", "/", "/a", "a/", "a//b", "..", "../a", "a/../b", "a/..", ".", "a/./b"),
            *("a b", "a\\b", "a\nb", "a\x00b", "ä", "a:b", "~", "a%2e%2e", ".hidden", "a/.b"),
            *("a/b\n", "C:/x", "x" * 600, "x" * 300),
        ],
    )
    def test_keys_that_are_not_plain_names_are_refused(self, shelf: Shelf, key: str) -> None:
        with pytest.raises(ValueError, match="not a key"):
            shelf.put(key, b"1")
        with pytest.raises(ValueError, match="not a key"):
            shelf.get(key)
        with pytest.raises(ValueError, match="not a key"), shelf.local_path(key):
            pass
        with pytest.raises(ValueError, match="not a key"):
            shelf.delete([key])
        with pytest.raises(ValueError, match="not a key"), shelf.upload() as upload:
            upload.keep(key)

    def test_many_threads_keep_the_same_bytes_at_once(self, shelf: Shelf) -> None:
        data = random.Random(3).randbytes(MB)

        def send(_: int) -> None:
            with shelf.upload() as upload:
                for start in range(0, MB, 65_536):
                    upload.write(data[start : start + 65_536])
                upload.keep("documents/ab/same.pdf")

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(send, range(24)))
        assert shelf.get("documents/ab/same.pdf") == data
        assert keys(shelf, "uploads") == []

    def test_stale_uploads_are_swept_and_fresh_ones_stay(self, shelf: Shelf) -> None:
        shelf.put("uploads/left-by-a-crash", b"1")
        stored = shelf.stat("uploads/left-by-a-crash")
        assert stored is not None
        moments = [stored.modified_ms, stored.modified_ms + 1000]
        assert [shelf.sweep_uploads(moment) for moment in moments] == [0, 1]
        assert keys(shelf, "uploads") == []

    def test_leftovers_are_what_nobody_will_finish(self, shelf: Shelf) -> None:
        shelf.put("uploads/left-by-a-crash", b"12")
        shelf.put("jobs/a/result.md", b"kept")
        stored = shelf.stat("uploads/left-by-a-crash")
        assert stored is not None
        before, after = stored.modified_ms, stored.modified_ms + 60_000
        assert list(shelf.leftovers(before)) == []
        assert list(shelf.leftovers(after)) == [stored]
        assert (shelf.sweep_leftovers(before), shelf.sweep_leftovers(after)) == (0, 1)
        assert keys(shelf, "uploads") == []
        assert shelf.get("jobs/a/result.md") == b"kept"

    def test_chunks_come_in_order(self, shelf: Shelf) -> None:
        with shelf.writer("a/numbers") as file:
            for number in range(200_000):
                file.write(b"%08d" % number)
        read = b"".join(shelf.stream("a/numbers"))
        numbers = [int(read[at : at + 8]) for at in range(0, len(read), 8)]
        assert len(numbers) == 200_000
        assert all(after == before + 1 for before, after in pairwise(numbers))
