"""Taking batches in on a data folder: one job for the same bytes, whatever happens to the files."""

import os
import random
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import pytest

from cli.messy_folder import paper
from pagemill.app.house import House, open_house, shelf_folder
from pagemill.cli.ingest.local import LocalIntake, Wish
from pagemill.cli.ingest.reading import Shelver, Way
from pagemill.cli.ingest.verdicts import Outcome, Verdict
from pagemill.cli.ingest.walk import Found
from pagemill.errors import PagemillError
from pagemill.model.document import PDF, Document
from pagemill.model.job import Job
from pagemill.model.options import Options
from pagemill.model.people import LOCAL
from pagemill.ports import JobQuery
from pagemill.settings import Settings
from pagemill.shelf.bulk import BulkShelf
from pagemill.work.rubbish import Rubbish

MB = 1024 * 1024


@dataclass
class Bench:
    """A house, an intake on it, and a folder of files."""

    house: House
    intake: LocalIntake
    folder: Path

    def put(self, name: str, data: bytes) -> Found:
        path = self.folder / name
        path.write_bytes(data)
        return self.look(path)

    def look(self, path: Path) -> Found:
        state = path.stat()
        return Found(path, state.st_size, state.st_mtime_ns)

    def take(self, *batch: Found) -> list[Verdict]:
        return self.intake.take(batch)

    def jobs(self) -> list[Job]:
        return self.house.ledger.jobs(JobQuery(limit=10_000))

    def bytes_of(self, document: Document) -> bytes:
        return self.house.shelf.get(document.key)


@pytest.fixture
def bench_of(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    with ExitStack() as stack:

        def make(*, links: bool = False, options: Options | None = None, **given: object) -> Bench:
            settings = Settings(data=tmp_path / "data", **given)
            house = stack.enter_context(closing(open_house(settings)))
            shelf = stack.enter_context(closing(BulkShelf(shelf_folder(settings))))
            shelver = Shelver(shelf, settings.max_upload_mb * MB, links=links)
            wish = Wish(LOCAL, options or Options())
            intake = LocalIntake(house.ledger, house.bell, shelver, wish, 8)
            stack.callback(intake.close)
            folder = tmp_path / "in"
            folder.mkdir(exist_ok=True)
            return Bench(house, intake, folder)

        yield make


@pytest.fixture
def bench(bench_of: Callable[..., Bench]) -> Bench:
    return bench_of()


def outcomes(verdicts: list[Verdict]) -> list[str]:
    return [verdict.code or verdict.outcome.value for verdict in verdicts]


def test_every_file_becomes_a_job_on_its_bytes_under_its_name(bench: Bench) -> None:
    contents = {f"{n}.pdf": paper(f"{n}") * (1 + n * 9000) for n in range(20)}
    batch = [bench.put(name, data) for name, data in contents.items()]
    verdicts = bench.take(*batch)
    assert outcomes(verdicts) == ["accepted"] * 20
    for verdict, found in zip(verdicts, batch, strict=True):
        job = bench.house.ledger.job(verdict.job_id)
        assert (verdict.path, job.filename) == (found.path, found.path.name)
        assert job.document.media_type == "application/pdf"
        assert bench.bytes_of(job.document) == contents[found.path.name]
    assert [stored.key for stored in bench.house.shelf.list("uploads")] == []


def test_small_documents_come_first_as_everywhere(bench_of: Callable[..., Bench]) -> None:
    bench = bench_of()
    batch = [bench.put("s.pdf", paper("s")), bench.put("l.pdf", paper("l" * 2 * MB))]
    jobs = [bench.house.ledger.job(verdict.job_id) for verdict in bench.take(*batch)]
    assert [job.priority for job in jobs] == [10, 8]


def test_what_was_taken_in_is_not_even_read_again(bench: Bench) -> None:
    found = bench.put("a.pdf", paper("a"))
    (first,) = bench.take(found)
    found.path.unlink()
    assert bench.take(found) == [replace(first, outcome=Outcome.KNOWN)]


def test_a_touched_file_is_read_and_found_to_be_the_same(bench: Bench) -> None:
    found = bench.put("a.pdf", paper("a"))
    (first,) = bench.take(found)
    os.utime(found.path, (1, 1))
    touched = bench.look(found.path)
    assert bench.take(touched) == [replace(first, outcome=Outcome.DUPLICATE)]
    assert outcomes(bench.take(touched)) == ["known"]


def test_a_rewritten_file_is_another_document(bench: Bench) -> None:
    found = bench.put("a.pdf", paper("a"))
    bench.take(found)
    assert outcomes(bench.take(bench.put("a.pdf", paper("other")))) == ["accepted"]
    assert len(bench.jobs()) == 2


def test_the_same_bytes_are_one_job_within_a_batch_and_later(bench: Bench) -> None:
    batch = [bench.put(f"{n}.pdf", paper("the same")) for n in range(3)]
    assert sorted(outcomes(bench.take(*batch))) == ["accepted", "duplicate", "duplicate"]
    (later,) = bench.take(bench.put("later.pdf", paper("the same")))
    (job,) = bench.jobs()
    assert (later.outcome, later.job_id) == (Outcome.DUPLICATE, job.id)


def test_a_path_that_stands_in_a_batch_twice_is_one_job(bench: Bench) -> None:
    found = bench.put("a.pdf", paper("a"))
    assert sorted(outcomes(bench.take(found, found))) == ["accepted", "duplicate"]


def test_other_options_are_other_jobs(bench_of: Callable[..., Bench]) -> None:
    found = bench_of().put("a.pdf", paper("a"))
    ends = [bench_of(options=Options(dpi=dpi)).take(found) for dpi in (0, 300, 300)]
    assert [outcomes(end) for end in ends] == [["accepted"], ["accepted"], ["known"]]


def test_a_file_is_judged_by_its_bytes_and_not_by_its_name(bench: Bench) -> None:
    png = bench.put("a.pdf", b"\x89PNG\r\n\x1a\nrest")
    (verdict,) = bench.take(png)
    assert bench.house.ledger.job(verdict.job_id).document.media_type == "image/png"


def test_what_is_no_document_is_refused_and_remembered(bench: Bench) -> None:
    batch = [bench.put("empty.pdf", b""), bench.put("text.pdf", b"just text")]
    assert outcomes(bench.take(*batch)) == ["empty_file", "not_a_document"]
    for found in batch:
        found.path.unlink()
    assert outcomes(bench.take(*batch)) == ["empty_file", "not_a_document"]
    assert list(bench.house.shelf.list("documents")) == []


def test_a_file_that_is_too_large_is_refused_until_it_may_be_so_large(
    bench_of: Callable[..., Bench],
) -> None:
    found = bench_of().put("a.pdf", paper("x" * MB))
    assert outcomes(bench_of(max_upload_mb=1).take(found)) == ["too_large"]
    assert outcomes(bench_of(max_upload_mb=2).take(found)) == ["accepted"]


def test_files_that_went_or_turned_into_something_else_are_refused(bench: Bench) -> None:
    gone, pipe, folder = (bench.put(f"{n}.pdf", paper(f"{n}")) for n in range(3))
    for found in (gone, pipe, folder):
        found.path.unlink()
    os.mkfifo(pipe.path)
    folder.path.mkdir()
    good = bench.put("good.pdf", paper("good"))
    codes = ["file_not_found", "not_a_document", "not_a_document", "accepted"]
    assert outcomes(bench.take(gone, pipe, folder, good)) == codes
    assert outcomes(bench.take(bench.put("0.pdf", paper("0")))) == ["accepted"]


class ChangingShelf(BulkShelf):
    """Somebody writes to the file just before its bytes are kept."""

    def __init__(self, root: Path, change: Callable[[], object]) -> None:
        super().__init__(root)
        self.change = change

    def holds(self, key: str, sha256: str, size_bytes: int) -> bool:
        self.change()
        return super().holds(key, sha256, size_bytes)


@pytest.mark.parametrize("links", [False, True])
@pytest.mark.parametrize("size", [100, MB])
def test_a_file_that_changes_while_it_is_read_is_refused_and_taken_when_it_rests(
    bench_of: Callable[..., Bench], size: int, links: bool
) -> None:
    bench = bench_of(links=links)
    found = bench.put("a.pdf", paper("a" * size))

    def change() -> None:
        bench.put("a.pdf", paper("b" * size))
        os.utime(found.path, (7, 7))

    root = shelf_folder(bench.house.settings)
    with closing(ChangingShelf(root, change)) as shelf:
        bench.intake._shelver = replace(bench.intake._shelver, shelf=shelf)
        (verdict,) = bench.take(found)
    assert (verdict.code, verdict.job_id) == ("file_changed", "")
    assert bench.jobs() == []
    with closing(BulkShelf(root)) as shelf:
        bench.intake._shelver = replace(bench.intake._shelver, shelf=shelf)
        assert outcomes(bench.take(found)) == ["accepted"]
    (job,) = bench.jobs()
    assert bench.bytes_of(job.document) == paper("b" * size)


def test_links_stand_for_copies_where_it_can_be(bench_of: Callable[..., Bench]) -> None:
    bench = bench_of(links=True)
    batch = [bench.put("a.pdf", paper("a")), bench.put("b.pdf", paper("b" * MB))]
    assert outcomes(bench.take(*batch)) == ["accepted"] * 2
    for verdict in bench.take(*batch):
        document = bench.house.ledger.job(verdict.job_id).document
        with bench.house.shelf.local_path(document.key) as path:
            assert path.samefile(verdict.path)
    assert bench.intake.ways == {Way.LINKED: 2}


def test_bytes_that_lie_on_the_shelf_are_not_written_again(
    bench_of: Callable[..., Bench],
) -> None:
    bench = bench_of()
    found = bench.put("a.pdf", paper("a"))
    (first,) = bench.take(found)
    again = bench_of(options=Options(dpi=300))
    (second,) = again.take(found)
    assert again.intake.ways == {Way.THERE: 1}
    assert first.job_id != second.job_id


def test_damaged_bytes_on_the_shelf_are_written_again(bench_of: Callable[..., Bench]) -> None:
    bench = bench_of()
    found = bench.put("a.pdf", paper("a"))
    bench.take(found)
    (job,) = bench.jobs()
    bench.house.shelf.put(job.document.key, b"torn")
    bench_of(options=Options(dpi=300)).take(found)
    assert bench.bytes_of(job.document) == paper("a")


class SweptShelf(BulkShelf):
    """Upkeep comes by once, between the bytes and the rows."""

    def __init__(self, house: House) -> None:
        super().__init__(shelf_folder(house.settings))
        self.house = house
        self.swept: list[str] = []

    def settle(self) -> None:
        super().settle()
        if not self.swept:
            house = self.house
            self.swept = [stored.key for stored in house.shelf.list("documents")]
            Rubbish(house.ledger, house.shelf, house.clock, lambda: False).sweep()


def old(found: Found) -> Found:
    """As if it had lain there for years."""
    os.utime(found.path, (1, 1))
    return Found(found.path, found.size_bytes, 1_000_000_000)


@pytest.mark.parametrize("way", list(Way))
def test_bytes_that_upkeep_takes_for_rubbish_before_they_are_written_down_are_there_in_the_end(
    bench_of: Callable[..., Bench], way: Way
) -> None:
    bench = bench_of(links=way is Way.LINKED)
    found = old(bench.put("a.pdf", paper("a")))
    if way is Way.THERE:  # left by a run that was killed, long ago
        key = Document(sha256(paper("a")).hexdigest(), PDF, 0).key
        bench.house.shelf.put(key, paper("a"))
        with bench.house.shelf.local_path(key) as path:
            os.utime(path, (1, 1))
    with closing(SweptShelf(bench.house)) as shelf:
        bench.intake._shelver = replace(bench.intake._shelver, shelf=shelf)
        (verdict,) = bench.take(found)
        assert len(shelf.swept) == 1
    job = bench.house.ledger.job(verdict.job_id)
    assert bench.bytes_of(job.document) == paper("a")
    assert bench.intake.ways == {way: 1}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 10 MB, where this process may mount one."""
    folder = tmp_path / "data"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=10m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.fail("only root may mount a small file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_fills_stops_it_and_with_space_the_rest_comes_in(
    small_disk: Path, bench_of: Callable[..., Bench]
) -> None:
    bench = bench_of()
    noise = random.Random(1)
    files = [bench.put(f"{n}.pdf", paper("") + noise.randbytes(250_000)) for n in range(60)]
    batches = [files[first : first + 10] for first in range(0, 60, 10)]
    taken: list[Verdict] = []
    with pytest.raises(PagemillError) as error:
        for batch in batches:
            taken += bench.take(*batch)
    assert error.value.code == "disk_full"
    assert 0 < len(taken) < 60
    assert {job.id for job in bench.jobs()} == {verdict.job_id for verdict in taken}
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    verdicts = [verdict for batch in batches for verdict in bench.take(*batch)]
    assert outcomes(verdicts[: len(taken)]) == ["known"] * len(taken)
    assert outcomes(verdicts[len(taken) :]) == ["accepted"] * (60 - len(taken))
    jobs = bench.jobs()
    assert len(jobs) == len({job.document.sha256 for job in jobs}) == 60
    for job in jobs:
        assert bench.bytes_of(job.document) == (bench.folder / job.filename).read_bytes()


def test_a_shelf_that_cannot_be_written_to_is_no_fault_of_the_files(
    bench: Bench, tmp_path: Path
) -> None:
    found = bench.put("a.pdf", paper("a"))
    (tmp_path / "data/shelf/uploads").rmdir()
    with pytest.raises(PagemillError, match="shelf") as error:
        bench.take(found)
    assert error.value.code == "ledger_unusable"
    assert bench.jobs() == []
