"""Clients of the queue API: statistics, failed jobs put back, a user's settings."""

from pathlib import Path

import pytest

from journeys.ancestors.clients import PAUSE, Server, running, scan, succeed
from journeys.nodes import PATIENCE_SECONDS, PLUGINS
from pagemill.client import Client
from pagemill_process import serving

COUNTS = ("pending", "processing", "failed", "completed_today")
MINUTES = ("avg_wait_time_minutes", "oldest_pending_minutes")


def test_the_statistics_of_004_are_numbers(server: Server) -> None:
    stats = succeed("004_queue/stats.sh", server.url)["before"]
    assert all(isinstance(stats[name], int) for name in COUNTS)
    assert all(isinstance(stats[name], float | int) for name in MINUTES)


def test_failed_jobs_are_put_back(tmp_path: Path) -> None:
    settings = {"engine": "flaky", "max_attempts": 1, "test_pages_read": tmp_path / "read"}
    with (
        serving(tmp_path, plugins=PLUGINS, **settings) as url,
        Client(url, patience_seconds=PATIENCE_SECONDS) as mill,
    ):
        job = mill.wait(mill.submit(scan("FLAKY", 1), filename="flaky.pdf").id)
        assert job.state == "failed"
        told = succeed("004_queue/stats.sh", url)
        assert told["before"]["failed"] == 1
        assert told["requeued"]["requeued"] == 1
        last = succeed("004_queue/monitor.py", url, PAUSE)["seen"][-1]
        assert (last["failed"], last["completed_today"]) == (0, 1)
        assert b"End of leaf 1." in mill.output(job.id, "markdown")


def test_the_monitor_of_004_watches_the_queue_drain(server: Server, tmp_path: Path) -> None:
    with server.shut() as gate, Client(server.url) as mill:
        for number in range(4):
            mill.submit(scan(f"Document {number}", 1), filename=f"{number}.pdf")
        with running(tmp_path, "004_queue/monitor.py", server.url, PAUSE) as client:
            client.says(" pending, ")
            gate.unlink()
            seen = client.summary()["seen"]
    assert seen[0]["pending"] + seen[0]["processing"] >= 1
    last = seen[-1]
    assert (last["pending"], last["processing"]) == (0, 0)
    assert last["completed_today"] >= 4


@pytest.mark.parametrize("wanted", [(2, 60, "false"), (4, 300, "true")])
def test_a_user_changes_the_settings_of_004(tmp_path: Path, wanted: tuple[int, int, str]) -> None:
    with serving(tmp_path) as url:  # its own: with the settings, others' jobs would wait
        told = succeed("004_queue/settings.py", url, *wanted)
    assert told["after"]["concurrent_ocr_jobs"] == wanted[0]
    assert told["after"]["ocr_timeout_seconds"] == wanted[1]
    assert told["after"]["enable_background_ocr"] is (wanted[2] == "true")
