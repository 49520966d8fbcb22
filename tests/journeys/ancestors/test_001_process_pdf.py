"""The client of the process_pdf API: send, poll, fetch every file."""

from contextlib import closing
from pathlib import Path
from typing import Any

from journeys.ancestors.clients import PAUSE, Server, gated, run, running, scan, succeed
from pagemill.app.house import open_house
from pagemill.model.people import User
from pagemill.settings import Settings
from pagemill.testing.documents import damaged_pdf

CLIENT = "001_process_pdf/client.py"
TOKEN = "from-the-old-server-4711"
TAGGED = Path(__file__).parents[2] / "samples" / "tagged.pdf"


def words(summary: Any) -> list[str]:
    """The status words in the order in which they were first seen."""
    return list(dict.fromkeys(info["status"] for info in summary["seen"]))


def test_the_flow_chart_of_001_is_gone_through(server: Server, tmp_path: Path) -> None:
    document, folder = tmp_path / "report.pdf", tmp_path / "results"
    document.write_bytes(scan("Report", 3))
    arguments = (CLIENT, server.url, document, folder, PAUSE)
    with server.shut() as gate, running(tmp_path, *arguments) as client:
        client.says("processing (0/3 pages)")
        gate.unlink()
        told = client.summary()
    assert told["created"]["status"] == "pending"
    assert words(told)[-2:] == ["processing", "completed"]
    assert set(words(told)[:-2]) <= {"pending"}
    assert told["early"] == 202
    last = told["seen"][-1]
    assert (last["filename"], last["processed_pages"], last["total_pages"]) == ("report.pdf", 3, 3)
    assert last["error_message"] is None
    assert (told["is_in_completed"], told["is_in_pending"]) == (True, False)
    assert told["refused"]["unknown_id"] == [404, 404]
    assert "End of leaf 3." in (folder / "result.md").read_text()


def test_every_file_of_a_result_is_fetched_alone_and_in_one_archive(
    server: Server, tmp_path: Path
) -> None:
    told = succeed(CLIENT, server.url, TAGGED, tmp_path, PAUSE)
    names = ["output.mmd", "output_det.mmd", "output_layouts.pdf"]
    assert told["files"][:3] == names
    assert sorted(told["zip"]) == sorted(told["files"])
    assert [name for name in told["files"] if not (tmp_path / name).stat().st_size] == []
    markdown = (tmp_path / "output.mmd").read_text()
    assert markdown == (tmp_path / "result.md").read_text()
    assert markdown != (tmp_path / "output_det.mmd").read_text()
    assert (tmp_path / "output_layouts.pdf").read_bytes().startswith(b"%PDF-")


def test_a_failure_is_shown_with_its_reason(server: Server, tmp_path: Path) -> None:
    document = tmp_path / "broken.pdf"
    document.write_bytes(damaged_pdf())
    ran = run(CLIENT, server.url, document, tmp_path, PAUSE)
    assert ran.code == 1
    assert ran.errors.startswith("failed: ")
    assert ran.errors.split() not in (["failed:"], ["failed:", "None"])


def test_a_client_keeps_the_token_it_has(tmp_path: Path) -> None:
    with closing(open_house(Settings(data=tmp_path / "data"))) as house:
        house.office.add_user(User("ann"))
        house.office.add_token("ann", text=TOKEN)
    with gated(tmp_path, require_tokens=True) as server:
        told = succeed(CLIENT, server.url, TAGGED, tmp_path, PAUSE, TOKEN)
        assert told["seen"][-1]["status"] == "completed"
        assert told["refused"] == {"wrong_token": 401, "unknown_id": [404, 404]}
        ran = run(CLIENT, server.url, TAGGED, tmp_path, PAUSE)
        assert ran.code == 1
        assert "/process_pdf: 401" in ran.errors
