"""Clients of the extract API: upload, then in the background or while the caller waits."""

from pathlib import Path

import pytest

from journeys.ancestors.clients import PAUSE, Server, run, succeed
from pagemill.testing.documents import damaged_pdf, text_pdf

CLIENT = "003_extract/client.py"
FIELDS = {"vendor", "amount", "date", "category", "confidence"}
STATES = ["PENDING", "PROCESSING", "SUCCESS"]


@pytest.fixture
def invoice(tmp_path: Path) -> Path:
    path = tmp_path / "invoice.pdf"
    path.write_bytes(text_pdf(["# Invoice 4711\nMonthly subscription: 52.99", "Thank you"]))
    return path


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.pdf"
    path.write_bytes(damaged_pdf())
    return path


def test_the_javascript_example_of_003_runs_as_written(server: Server, invoice: Path) -> None:
    told = succeed("003_extract/client.js", server.url, invoice, 1000 * PAUSE)
    assert told["states"][-1] == "SUCCESS"
    assert told["states"] == sorted(told["states"], key=STATES.index)
    assert told["last"]["status"] == "Completed"
    assert told["last"]["result"]["success"] is True
    assert told["last"]["result"]["file_id"] == told["file_id"]
    assert set(told["last"]["extractedData"]) >= FIELDS
    assert "Invoice 4711" in told["last"]["extractedData"]["text"]


def test_an_extraction_in_the_background_is_queued_and_polled(
    server: Server, invoice: Path
) -> None:
    told = succeed(CLIENT, server.url, "async", invoice, PAUSE)
    answer = told["answer"]
    assert told["uploaded"]["success"] is True
    assert told["uploaded"]["filename"] == "invoice.pdf"
    assert told["uploaded"]["size"] == invoice.stat().st_size
    assert (answer["success"], answer["status"]) == (True, "processing")
    assert "/api/task/" in answer["message"]
    assert all(set(one) == {"state", "status"} for one in told["seen"][:-1])
    assert told["seen"][-1]["result"]["data"]["text"].count("52.99") == 1


@pytest.mark.parametrize("mode", ["false", "omitted", "bare"])
def test_without_async_the_answer_is_the_result(server: Server, invoice: Path, mode: str) -> None:
    told = succeed(CLIENT, server.url, mode, invoice, PAUSE)
    assert told["code"] == 200
    assert told["seen"] == []
    assert told["answer"]["file_id"] == told["uploaded"]["file_id"]
    assert set(told["answer"]["data"]) >= FIELDS
    assert "Invoice 4711" in told["answer"]["data"]["text"]


def test_a_document_is_processed_with_the_body_of_the_document(
    server: Server, invoice: Path
) -> None:
    told = succeed(CLIENT, server.url, "process-async", invoice, PAUSE)
    assert (told["answer"]["success"], told["answer"]["status"]) == (True, "processing")
    assert told["seen"][-1]["state"] == "SUCCESS"


def test_a_task_that_fails_says_why(server: Server, broken: Path) -> None:
    ran = run(CLIENT, server.url, "async", broken, PAUSE)
    assert ran.code == 1
    last = ran.summary["seen"][-1]
    assert (last["state"], last["status"]) == ("FAILURE", "Failed")
    assert last["error"]


def test_the_javascript_example_tells_of_a_failure(server: Server, broken: Path) -> None:
    ran = run("003_extract/client.js", server.url, broken, 1000 * PAUSE)
    assert ran.code == 1
    assert ran.summary["last"]["error"] in ran.errors
    assert "Extraction failed:" in ran.errors


def test_a_failure_while_the_caller_waits_is_an_error_with_its_reason(
    server: Server, broken: Path
) -> None:
    ran = run(CLIENT, server.url, "false", broken, PAUSE)
    assert ran.code == 1
    assert ran.summary["code"] >= 400
    assert ran.summary["answer"]["success"] is False
    assert ran.summary["answer"]["error"]


def test_unknown_ids_are_not_found(server: Server) -> None:
    for answer in succeed("003_extract/unknown.sh", server.url).values():
        assert answer["code"] == 404
        assert answer["body"]["success"] is False
        assert answer["body"]["error"]
