"""The loop of an ingest: batches under way side by side, what stops it, and what is told then."""

import csv
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from pagemill.cli.ingest.report import Report
from pagemill.cli.ingest.run import BATCH_BYTES, Pace, Run
from pagemill.cli.ingest.summary import MOST_COMPLAINTS, Complaints, summary, summary_json
from pagemill.cli.ingest.verdicts import Outcome, Tally, Verdict
from pagemill.cli.ingest.walk import Found, Refused, Skipped
from pagemill.cli.screen import Screen
from pagemill.errors import PagemillError


class Willing:
    """An intake that accepts everything, unless `before` raises."""

    def __init__(self, before: Callable[[Sequence[Found]], object] = len) -> None:
        self.before = before
        self.batches: list[list[Path]] = []

    def take(self, batch: Sequence[Found]) -> list[Verdict]:
        self.before(batch)
        self.batches.append([found.path for found in batch])
        return [Verdict(found.path, Outcome.ACCEPTED, "job") for found in batch]


class Ear:
    def __init__(self) -> None:
        self.verdicts: list[Verdict] = []

    def hear(self, verdicts: Sequence[Verdict], tally: Tally) -> None:
        self.verdicts += verdicts
        assert tally.files == len(self.verdicts)


def found(number: int, size_bytes: int = 10) -> Found:
    return Found(Path(f"/in/{number}.pdf"), size_bytes, 0)


def test_every_file_is_taken_once_and_told_of_in_order() -> None:
    intake, ear = Willing(), Ear()
    tally = Run(intake, [ear], Pace(batch=7)).take(found(n) for n in range(50))
    assert [verdict.path for verdict in ear.verdicts] == [found(n).path for n in range(50)]
    assert sorted(len(batch) for batch in intake.batches) == [1, *[7] * 7]
    assert (tally.files, tally.size_bytes) == (50, 500)


def test_what_needs_no_intake_is_told_too() -> None:
    ear = Ear()
    items = [Skipped(Path("/a"), "hidden"), found(1), Refused(Path("/b"), "file_not_found", "Gone")]
    tally = Run(Willing(), [ear]).take(items)
    assert tally.outcomes == {Outcome.SKIPPED: 1, Outcome.REFUSED: 1, Outcome.ACCEPTED: 1}
    assert tally.codes == {"file_not_found": 1}


def test_large_files_make_small_batches() -> None:
    intake = Willing()
    Run(intake).take(found(n, BATCH_BYTES // 2) for n in range(6))
    assert [len(batch) for batch in intake.batches] == [2, 2, 2]


def test_no_more_batches_are_under_way_than_may_be_and_the_walk_waits() -> None:
    gate, most, walked = threading.Event(), [], []
    busy = threading.Semaphore(0)

    def wait(batch: Sequence[Found]) -> None:
        busy.release()
        gate.wait()
        most.append(len(walked))

    def walk() -> Iterator[Found]:
        for n in range(20):
            walked.append(n)
            yield found(n)

    run = Run(Willing(wait), pace=Pace(batch=2, at_once=3))
    thread = threading.Thread(target=run.take, args=(walk(),))
    thread.start()
    for _ in range(3):
        busy.acquire()
    assert len(walked) <= 3 * 2
    gate.set()
    thread.join()
    assert run.tally.files == 20


def test_a_stop_ends_the_batches_in_hand_and_begins_no_other() -> None:
    run = Run(Willing(), pace=Pace(batch=2, at_once=1))
    run.intake = Willing(lambda batch: run.stop.set() if found(5).path == batch[1].path else None)
    tally = run.take(found(n) for n in range(100))
    assert 6 <= tally.files <= 8


def test_what_concerns_every_file_ends_it_and_the_other_batches_are_told_first() -> None:
    ear = Ear()
    begun = threading.Barrier(2)

    def fail_at_first(batch: Sequence[Found]) -> None:
        begun.wait()
        if batch[0].path == found(0).path:
            raise PagemillError("disk_full")

    run = Run(Willing(fail_at_first), [ear], Pace(batch=2, at_once=2))
    with pytest.raises(PagemillError) as error:
        run.take(found(n) for n in range(100))
    assert error.value.code == "disk_full"
    assert [verdict.path for verdict in ear.verdicts] == [found(2).path, found(3).path]


ODD = Path(os.fsdecode(b'/in/\xff "a", b\n.pdf'))
VERDICTS = [
    Verdict(Path("/in/a.pdf"), Outcome.ACCEPTED, "1"),
    Verdict(ODD, Outcome.REFUSED, "", "empty_file", "It is, in fact, empty"),
    Verdict(Path("/in/b.pdf"), Outcome.DUPLICATE, "1"),
]
SHOWN = '/in/\\xff "a", b\n.pdf'


def rows_of(path: Path) -> list[dict[str, str]]:
    if path.suffix == ".csv":
        with path.open(newline="") as file:
            return list(csv.DictReader(file))
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("name", ["r.csv", "r.json", "r.jsonl"])
def test_a_report_holds_what_was_not_accepted_or_everything(tmp_path: Path, name: str) -> None:
    for is_whole, count in ((False, 2), (True, 3)):
        with Report(tmp_path / name, is_whole=is_whole) as report:
            report.hear(VERDICTS, Tally())
            rows = rows_of(tmp_path / name)  # whoever stops it has a report
        assert len(rows) == count
        assert rows[-2] == {
            "path": SHOWN,
            "outcome": "refused",
            "job_id": "",
            "code": "empty_file",
            "message": "It is, in fact, empty",
        }
        assert (rows[-1]["outcome"], rows[-1]["job_id"]) == ("duplicate", "1")


def test_only_the_first_refusals_are_told_on_the_screen(
    capsys: pytest.CaptureFixture[str],
) -> None:
    complaints = Complaints(Screen(is_quiet=True))
    for _ in range(50):
        complaints.hear(VERDICTS, Tally())
    lines = capsys.readouterr().err.splitlines()
    name = SHOWN.replace("\n", "?")
    assert lines[0] == f"{name}: It is, in fact, empty. [empty_file]"
    assert len(lines) == MOST_COMPLAINTS + 1
    assert "--report" in lines[-1]


def test_the_last_line_tells_every_sum() -> None:
    tally = Tally()
    for verdict in VERDICTS:
        tally.add(verdict, 5)
    assert summary(tally, 2.0, ["1 file linked, 0 copied"]) == (
        "1 accepted, 1 duplicate, 0 known, 1 refused (1 empty_file), 0 skipped;"
        " 3 files in 2 s, 2 files/s; 1 file linked, 0 copied"
    )
    told = summary_json(tally, 2.0)
    assert (told["accepted"], told["refused_by_code"]) == (1, {"empty_file": 1})
    assert (told["files"], told["bytes_accepted"], told["files_per_second"]) == (3, 5, 1.5)
    assert summary_json(Tally(), 0.0)["files_per_second"] == 0.0
