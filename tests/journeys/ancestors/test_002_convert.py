"""Clients of the convert API: by name or upload, watched over a WebSocket."""

from pathlib import Path

from journeys.ancestors.clients import PAUSE, Server, gated, run, running, scan, succeed
from pagemill.testing.documents import text_pdf

ORIGIN = "http://app.example"  # of the page in `002_convert/react/browser.py`


def test_the_curl_commands_of_002_run(server: Server) -> None:
    (server.input / "document.pdf").write_bytes(text_pdf(3))
    told = succeed("002_convert/convert.sh", server.url, "document.pdf", PAUSE)
    accepted, status = told["accepted"], told["status"]
    assert (accepted["status"], accepted["filename"]) == ("accepted", "document.pdf")
    assert set(accepted) >= {"conversion_id", "message", "queue_size", "active_tasks"}
    assert (status["id"], status["status"]) == (accepted["conversion_id"], "completed")
    assert (status["progress"], status["error"]) == (100, None)
    assert status["created_at"] <= status["started_at"] <= status["completed_at"]
    assert told["pool"]["status"] == "ok"
    assert told["pool"]["num_workers"] == 2
    assert told["health"]["status"] == "healthy"


def test_a_name_that_is_not_in_the_input_folder_is_refused(server: Server) -> None:
    ran = run("002_convert/convert.sh", server.url, "absent.pdf", PAUSE)
    assert ran.code == 22, ran  # curl's word for an answer of 400 or above


def test_a_conversion_is_monitored_over_a_websocket(server: Server, tmp_path: Path) -> None:
    document = tmp_path / "sent.pdf"
    document.write_bytes(scan("Monitored", 9))
    with server.shut() as gate:
        accepted = succeed("002_convert/upload.sh", server.url, document)
        arguments = ("002_convert/monitor.js", server.url, accepted["conversion_id"])
        with running(tmp_path, *arguments) as client:
            client.says("Progress: 0%")
            gate.unlink()
            seen = client.summary()["seen"]
    statuses = [m["status"] for m in seen]
    # A quick monitor finds the document waiting.
    assert list(dict.fromkeys(statuses))[-2:] == ["processing", "completed"]
    assert statuses == sorted(statuses, key=["accepted", "processing", "completed"].index)
    shares = [message["progress"] for message in seen]
    assert shares == sorted(shares)
    assert all(isinstance(share, int) for share in shares)
    assert shares[-1] == 100
    assert all(set(m) >= {"message", "step", "timestamp"} for m in seen)


def test_a_monitor_of_an_unknown_conversion_is_not_left_waiting(server: Server) -> None:
    ran = run("002_convert/monitor.js", server.url, "test-id")
    assert ran.code == 1
    assert "closed before the end" in ran.errors


def test_the_automated_test_of_002_passes(server: Server) -> None:
    names = [f"doc{number}.pdf" for number in (1, 2, 3)]
    for name in names:
        (server.input / name).write_bytes(scan(name, 8))
    told = succeed("002_convert/worker_pool_test.py", server.url, PAUSE, *names)
    ids = {one["accepted"]["conversion_id"] for one in told["conversions"]}
    assert len(ids) == 3
    assert [one["accepted"]["filename"] for one in told["conversions"]] == names
    for one in told["conversions"]:
        assert one["messages"][-1]["status"] == "completed"
        assert one["messages"][-1]["progress"] == 100
    assert told["pool"]
    assert {(pool["status"], pool["num_workers"]) for pool in told["pool"]} == {("ok", 2)}


def test_the_react_component_of_002_works_in_a_page_of_another_origin(tmp_path: Path) -> None:
    with gated(tmp_path, cors_origins=ORIGIN) as server:
        (server.input / "scan.pdf").write_bytes(scan("Clicked", 20))
        told = succeed("002_convert/react/browser.py", server.url, "scan.pdf")
    assert told["complaints"] == []
    assert told["shown"][0] == "Status: idle, Progress: 0%"
    assert told["shown"][1] == "Status: processing, Progress: 0%"
    assert told["shown"][-1] == "Status: completed, Progress: 100%"
    assert told["bar"] == 100
