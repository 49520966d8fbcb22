"""Clients of the jobs API: create, poll, download."""

import re
from pathlib import Path

import httpx2
import pytest

from journeys.ancestors.clients import PAUSE, Server, run, running, scan, succeed
from journeys.nodes import until
from pagemill.testing.documents import damaged_pdf, text_pdf
from pagemill_process import serving

SAMPLES = Path(__file__).parents[2] / "samples"
PROMPT = "<image>Convert to markdown"
JOB_ID = r"{}_\d{{8}}_\d{{6}}_[0-9a-f]{{8}}"


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "report.pdf"
    path.write_bytes(text_pdf(3))
    return path


@pytest.fixture
def scanned(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "scan.pdf"
    path.write_bytes(scan(request.node.name, 3))
    return path


def is_job_id(text: str, filename: str) -> bool:
    return re.fullmatch(JOB_ID.format(re.escape(filename)), text) is not None


def test_the_quick_start_of_000_runs_as_written(server: Server, document: Path) -> None:
    result = document.with_name("result.md")
    ran = run("000_jobs/quick_start.py", server.url, document, result, PAUSE)
    assert ran.code == 0, ran.errors
    first, *polls, _ = ran.out.splitlines()
    assert is_job_id(first.removeprefix("Job ID: "), "document.pdf")
    line = r"(queued|processing|completed): \d+\.\d% \(\d/\d\)"
    assert [poll for poll in polls if not re.fullmatch(line, poll)] == []
    assert polls[-1] == "completed: 100.0% (3/3)"
    assert ran.summary["created"]["status"] == "queued"
    assert ran.summary["status"]["prompt"] == PROMPT
    assert ran.summary["status"]["filename"] == "document.pdf"
    assert "End of leaf 3." in result.read_text()


def test_a_real_scan_goes_through_the_quick_start(tmp_path: Path) -> None:
    result = tmp_path / "result.md"
    with serving(tmp_path) as url:
        sample = SAMPLES / "lorem-ipsum-scan.pdf"
        succeed("000_jobs/quick_start.py", url, sample, result, PAUSE)
    assert "lorem ipsum" in result.read_text().lower()


def test_what_was_submitted_and_forgotten_is_there_later(server: Server, scanned: Path) -> None:
    client, result = "000_jobs/submit_and_forget.py", scanned.with_name("result.md")
    with server.shut():
        job_id = succeed(client, server.url, scanned)["job_id"]
        early = run(client, server.url, "--later", job_id, result)
        assert early.code == 1
        assert "no result yet: 4" in early.errors
        assert not result.exists()
    status = f"{server.url}/jobs/{job_id}"
    until(lambda: httpx2.get(status).json()["status"] == "completed", "the job to end")
    succeed(client, server.url, "--later", job_id, result)
    assert "End of leaf 3." in result.read_text()


def test_progress_is_seen_while_pages_are_in_work(
    server: Server, scanned: Path, tmp_path: Path
) -> None:
    arguments = ("000_jobs/progress.py", server.url, scanned, PAUSE)
    with server.shut() as gate, running(tmp_path, *arguments) as client:
        client.says("[processing] 0.0% - Pages: 0/3")
        gate.unlink()
        seen = client.summary()["seen"]
    words = list(dict.fromkeys(status["status"] for status in seen))
    assert words[-2:] == ["processing", "completed"]
    assert set(words[:-2]) <= {"queued"}
    shares = [status["progress"] for status in seen]
    assert shares == sorted(shares)
    assert shares[-1] == 100


def test_a_batch_is_downloaded_whole(server: Server, tmp_path: Path) -> None:
    files = []
    for name in ("first", "second", "third"):
        files.append(tmp_path / f"{name}.pdf")
        files[-1].write_bytes(text_pdf([f"The {name} of the batch", "Its last leaf"]))
    files.append(SAMPLES / "pdflatex-4-pages.pdf")
    client = "000_jobs/batch.py"
    downloaded = succeed(client, server.url, tmp_path, PAUSE, *files)["downloaded"]
    assert sorted(status["filename"] for status in downloaded.values()) == sorted(
        path.name for path in files
    )
    for job_id, status in downloaded.items():
        assert is_job_id(job_id, status["filename"])
        assert status["prompt"] == (PROMPT if status["filename"] == "first.pdf" else None)
        text = (tmp_path / f"{job_id}.md").read_text()
        stem = status["filename"].removesuffix(".pdf")
        assert f"The {stem} of the batch" in text or status["total_pages"] == 4


def test_bytes_without_a_name_or_a_type_are_read(server: Server, document: Path) -> None:
    result = document.with_name("result.md")
    client = "000_jobs/new_workflow.py"
    created = succeed(client, server.url, document, result, PAUSE)["created"]
    assert is_job_id(created["job_id"], "file")
    assert "End of leaf 3." in result.read_text()


def test_the_manual_test_runs_by_curl(server: Server, document: Path) -> None:
    result = document.with_name("result.md")
    told = succeed("000_jobs/manual.sh", server.url, document, result, PAUSE)
    job_id = told["created"]["job_id"]
    assert is_job_id(job_id, "report.pdf")
    assert told["health"]["status"] == "healthy"
    assert told["status"]["prompt"] == PROMPT
    assert (told["status"]["processed_pages"], told["status"]["total_pages"]) == (3, 3)
    assert job_id in [job["job_id"] for job in told["listed"]["jobs"]]
    assert len(told["listed"]["jobs"]) <= 50
    assert told["metadata"]
    assert "End of leaf 3." in result.read_text()


def test_a_job_in_work_is_cancelled(server: Server, scanned: Path) -> None:
    with server.shut():
        told = succeed("000_jobs/cancel.sh", server.url, scanned)
    assert told["cancelled"]["job_id"] == told["created"]["job_id"]
    assert told["cancelled"]["status"] == "cancelled"
    assert told["status"]["status"] == "cancelled"
    assert told["download"] >= 400


def test_the_automated_test_of_000_passes(server: Server, document: Path) -> None:
    told = succeed("000_jobs/full_api_test.py", server.url, document, PAUSE)
    assert len(told["passed"]) == 7
    assert "End of leaf 3." in told["result"]


def test_a_document_that_cannot_be_opened_ends_the_loop_with_its_error(
    server: Server, tmp_path: Path
) -> None:
    path = tmp_path / "broken.pdf"
    path.write_bytes(damaged_pdf())
    seen = succeed("000_jobs/progress.py", server.url, path, PAUSE)["seen"]
    assert seen[-1]["status"] == "failed"
    assert seen[-1]["error"]
