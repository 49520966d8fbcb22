"""`pagemill ingest` as a person runs it: folders in, and run again after whatever happened."""

import csv
import ctypes
import json
import random
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from cli.conftest import Run, Start
from cli.messy_folder import Mess, make_mess, paper
from journeys.nodes import until
from ledger.desk import check_books
from pagemill.app.clock import SystemClock
from pagemill.app.ledgers import open_settings_ledger
from pagemill.cli.ingest.report import shown
from pagemill.client import Client
from pagemill.ledger import SqlLedger
from pagemill.model.job import Job
from pagemill.ports import JobQuery
from pagemill.settings import Settings
from pagemill.testing.documents import text_pdf
from pagemill_process import COMMAND, clean_environment, serving

PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2


@pytest.fixture
def mess(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mess:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    return make_mess(tmp_path / "in")


@contextmanager
def opened(folder: Path) -> Iterator[SqlLedger]:
    settings = Settings(data=folder / "data")
    with closing(open_settings_ledger(settings, SystemClock(), durable=False)) as ledger:
        yield ledger


def jobs_in(folder: Path) -> list[Job]:
    with opened(folder) as ledger:
        return ledger.jobs(JobQuery(limit=100_000))


def counts_of(done: subprocess.CompletedProcess[str]) -> dict[str, int]:
    counts = json.loads(done.stdout)
    return {name: counts[name] for name in ("accepted", "duplicate", "known", "refused", "skipped")}


def test_a_messy_folder_comes_in_whole_and_everything_else_is_explained(
    mess: Mess, run: Run, tmp_path: Path
) -> None:
    done = run("ingest", "in", "--data", "data", "--report", "r.csv", "--report-all", "--json")
    assert "Traceback" not in done.stderr
    assert done.returncode == 1
    assert counts_of(done) == {
        "accepted": len(mess.documents),
        "duplicate": len(mess.twins),
        "known": 0,
        "refused": len(mess.refused),
        "skipped": len(mess.skipped),
    }
    jobs = jobs_in(tmp_path)
    assert len(jobs) == len(mess.documents)
    assert {job.document.size_bytes for job in jobs} == set(map(len, mess.documents.values()))
    with (tmp_path / "r.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    told = {row["path"]: row for row in rows}
    for name, code in mess.refused.items():
        row = told[shown(mess.folder / name)]
        assert (row["outcome"], row["code"]) == ("refused", code)
        assert row["message"]
        assert shown(mess.folder / name) in done.stderr
    for name in mess.documents.keys() | mess.twins:
        row = told[shown(mess.folder / name)]
        assert row["outcome"] in ("accepted", "duplicate")
        assert row["job_id"] in {job.id for job in jobs}
    assert len(rows) == len(told)


def test_run_again_it_reads_nothing_and_says_the_same_of_what_it_refused(
    mess: Mess, run: Run, tmp_path: Path
) -> None:
    first = run("ingest", "in", "--data", "data", "--json")
    again = run("ingest", "in", "--data", "data", "--json", "--report", "r.jsonl")
    assert counts_of(again) == counts_of(first) | {
        "accepted": 0,
        "duplicate": 0,
        "known": len(mess.documents) + len(mess.twins),
    }
    refusals = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text().splitlines()]
    codes = {row["path"]: row["code"] for row in refusals if row["outcome"] == "refused"}
    assert codes == {shown(mess.folder / name): code for name, code in mess.refused.items()}
    assert len(jobs_in(tmp_path)) == len(mess.documents)


def test_a_clean_folder_ends_well_with_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for n in range(3):
        (tmp_path / f"in/{n}.pdf").write_bytes(paper(f"{n % 2}"))
    done = run("ingest", "in", "--data", "data")
    assert (done.returncode, done.stderr) == (0, "")
    start = "2 accepted, 1 duplicate, 0 known, 0 refused, 0 skipped; 3 files in "
    assert done.stdout.startswith(start)
    assert done.stdout.endswith(" files/s\n")


def test_linked_files_are_counted(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(paper("a"))
    done = run("ingest", "a.pdf", "--link", "--data", "data")
    assert done.stdout.endswith("; 1 file linked, 0 copied\n")
    assert (tmp_path / "a.pdf").stat().st_nlink == 2


def test_a_rehearsal_takes_nothing_in(mess: Mess, run: Run, tmp_path: Path) -> None:
    done = run("ingest", "in", "--dry-run", "--data", "data", "--json")
    assert counts_of(done)["accepted"] == len(mess.documents) + len(mess.twins)
    assert counts_of(done)["refused"] == len(mess.refused)
    assert jobs_in(tmp_path) == []
    assert list((tmp_path / "data/shelf").rglob("*.*")) == []


def test_options_priority_and_user_are_those_that_were_asked_for(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(paper("a"))
    run("user", "add", "ann", "--data", "data")
    given = ("--user", "ann", "--priority", 1, "--engine", "text", "--outputs", "html,json")
    done = run("ingest", "a.pdf", *given, "--data", "data")
    assert done.returncode == 0, done.stderr
    (job,) = jobs_in(tmp_path)
    assert (job.user_id, job.priority, job.options.engine) == ("ann", 1, "text")
    assert job.options.outputs == ("html", "json")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (("--user", "nobody"), "no user 'nobody'"),
        (("--engine", "magic"), "no engine 'magic'"),
        (("--report", "no/such/folder.csv"), "cannot be written"),
    ],
)
def test_wrong_use_is_refused_before_anything_is_taken_in(
    run: Run, tmp_path: Path, given: tuple[str, ...], code: str
) -> None:
    (tmp_path / "a.pdf").write_bytes(paper("a"))
    done = run("ingest", "a.pdf", "--data", "data", *given)
    assert done.returncode == 2
    assert code in done.stderr
    assert jobs_in(tmp_path) == []


def test_its_own_data_folder_is_not_taken_in(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(paper("a"))
    run("ingest", ".", "--data", "data")
    (tmp_path / "b.pdf").write_bytes(paper("b"))
    again = run("ingest", ".", "--data", "data", "--json")
    assert counts_of(again) == {
        "accepted": 1,
        "duplicate": 0,
        "known": 1,
        "refused": 0,
        "skipped": 1,
    }


def test_files_beyond_a_limit_come_in_later(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for n in range(5):
        (tmp_path / f"in/{n}.pdf").write_bytes(paper(f"{n}"))
    first = run("ingest", "in", "--data", "data", "--json", max_waiting_jobs=3)
    assert json.loads(first.stdout)["refused_by_code"] == {"too_many_jobs": 2}
    assert first.returncode == 1
    again = run("ingest", "in", "--data", "data", "--json", max_waiting_jobs=5)
    assert (counts_of(again)["known"], counts_of(again)["accepted"]) == (3, 2)


def test_what_may_not_be_read_is_refused_and_taken_once_it_may(tmp_path: Path) -> None:
    for name in ("open/a.pdf", "closed/b.pdf", "open/c.pdf"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(paper(name))
    (tmp_path / "in/open/c.pdf").chmod(0)
    (tmp_path / "in/closed").chmod(0)
    first = run_without_powers(tmp_path, "ingest", "in", "--data", "data", "--json")
    (tmp_path / "in/open/c.pdf").chmod(0o600)
    (tmp_path / "in/closed").chmod(0o700)
    assert json.loads(first.stdout)["refused_by_code"] == {"file_unreadable": 2}
    assert "Permission denied" in first.stderr
    assert "Traceback" not in first.stderr
    again = run_without_powers(tmp_path, "ingest", "in", "--data", "data", "--json")
    assert (again.returncode, counts_of(again)["accepted"]) == (0, 2)


def run_without_powers(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As somebody whom the modes of files stop, as they do not stop root."""

    def drop() -> None:
        for power in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
            ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, power, 0, 0, 0)

    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env=clean_environment({}),
        capture_output=True,
        text=True,
        timeout=240,
        preexec_fn=drop,
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MB, where this process may mount one."""
    folder = tmp_path / "data"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.fail("only root may mount a small file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_ends_it_early_and_with_space_it_goes_on(
    small_disk: Path, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    noise = random.Random(1)
    for n in range(40):
        (tmp_path / f"in/{n}.pdf").write_bytes(paper("") + noise.randbytes(250_000))
    first = run("ingest", "in", "--data", "data", "--batch", 4, "--json")
    assert first.returncode == 3
    assert "Run the same command again" in first.stderr
    assert "No space left" in first.stderr
    told = counts_of(first)["accepted"]
    assert told == len(jobs_in(tmp_path)) < 40
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    again = run("ingest", "in", "--data", "data", "--json")
    assert (counts_of(again)["known"], counts_of(again)["accepted"]) == (told, 40 - told)


def many_files(folder: Path, count: int) -> set[int]:
    """Sizes tell their documents apart."""
    for n in range(count):
        path = folder / f"{n % 7}" / f"{n}.pdf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(paper("x" * n))
    return {len(paper("x" * n)) for n in range(count)}


def test_killed_at_any_moment_and_run_again_every_file_is_one_job(
    start: Start, run: Run, tmp_path: Path
) -> None:
    sizes = many_files(tmp_path / "in", 1500)
    (tmp_path / "in/twin.pdf").write_bytes(paper("x" * 700))
    moments = random.Random(11)
    before = 0
    for _ in range(5):
        process = start("ingest", "in", "--data", "data", "--batch", 20)
        goal = min(1500, before + moments.randint(20, 200))
        until(lambda goal=goal: rows_in(tmp_path) >= goal, "some files are taken in")
        process.send_signal(signal.SIGKILL)
        process.wait()
        before = len(jobs_in(tmp_path))
    last = run("ingest", "in", "--data", "data", "--json")
    counts = counts_of(last)
    assert (last.returncode, counts["refused"]) == (0, 0)
    assert counts["accepted"] + counts["known"] + counts["duplicate"] == 1501
    jobs = jobs_in(tmp_path)
    assert len(jobs) == 1500
    assert {job.document.size_bytes for job in jobs} == sizes
    with opened(tmp_path) as ledger:
        for job in jobs[::100]:
            check_books(ledger, job.id)
    for job in jobs:
        assert (
            tmp_path / "data/shelf" / job.document.key
        ).stat().st_size == job.document.size_bytes


def rows_in(folder: Path) -> int:
    """Jobs so far, of a ledger that may not be there yet."""
    path = folder / "data/ledger.db"
    return len(jobs_in(folder)) if path.exists() and path.stat().st_size else 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_it_ends_the_batch_in_hand_and_says_how_to_go_on(
    start: Start, run: Run, tmp_path: Path, number: signal.Signals
) -> None:
    many_files(tmp_path / "in", 3000)
    process = start("ingest", "in", "--data", "data", "--batch", 10, "--json")
    until(lambda: rows_in(tmp_path) > 0, "some files are taken in")
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stderr.endswith(
        "pagemill: Stopped. Run the same command again and it goes on from here.\n"
    )
    told = json.loads(stdout)["accepted"]
    assert told == len(jobs_in(tmp_path)) < 3000
    counts = counts_of(run("ingest", "in", "--data", "data", "--json"))
    assert (counts["known"], counts["accepted"]) == (told, 3000 - told)


def test_a_server_on_the_same_data_folder_begins_at_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for n in range(3):
        (tmp_path / f"in/{n}.pdf").write_bytes(text_pdf([f"This is paper {n}."]))
    with serving(tmp_path) as url, Client(url) as client:
        done = run(
            "ingest",
            "in",
            "--data",
            "data",
            "--engine",
            "text",
            "--report-all",
            "--report",
            "r.jsonl",
        )
        assert done.returncode == 0, done.stderr
        rows = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text().splitlines()]
        jobs = [client.wait(row["job_id"]) for row in rows]
        texts = [client.output(job.id, "markdown").decode() for job in jobs]
    assert [job.state for job in jobs] == ["completed"] * 3
    assert sorted(text.strip() for text in texts) == [f"This is paper {n}." for n in range(3)]
