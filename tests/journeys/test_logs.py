"""What the programs' logs say, of real jobs in real processes."""

import json
import re
from pathlib import Path

import httpx2

from journeys.nodes import MakeYard, Yard, until
from pagemill.ports import NodeState
from pagemill.testing.documents import text_pdf
from pagemill_process import serving

CRASHING = "pagemill.testing.engines:CrashEngine"


def convert(url: str, pages: list[str], engine: str = "text", **headers: str) -> dict:
    """A job that has ended, with the headers of the answer that accepted it."""
    with httpx2.Client(base_url=url, timeout=90) as client:
        answer = client.post(
            "/v1/jobs",
            files={"file": ("a.pdf", text_pdf(pages))},
            data={"options": json.dumps({"engine": engine})},
            headers=headers,
        )
        job = client.get(f"/v1/jobs/{answer.json()['id']}", params={"wait": 60}).json()
    return job | {"headers": answer.headers}


def lines_of(path: Path) -> list[dict]:
    """Every line is an object of its own."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_every_line_about_a_job_names_job_page_user_node_and_request(tmp_path: Path) -> None:
    with serving(tmp_path, log_format="json", log_level="debug", plugins=CRASHING) as url:
        job = convert(url, ["one", "CRASH two"], "crash", **{"X-Request-Id": "mill-7"})
    assert job["headers"]["x-request-id"] == "mill-7"
    lines = lines_of(tmp_path / "server.log")
    assert all({"event", "level", "timestamp"} <= line.keys() for line in lines)
    about = [line for line in lines if line.get("job") == job["id"]]
    told = {line["event"] for line in about}
    assert told >= {"job_accepted", "page_done", "child_died", "task_died", "outputs_written"}
    (accepted,) = (line for line in about if line["event"] == "job_accepted")
    assert (accepted["request"], accepted["user"]) == ("mill-7", "local")
    node = (tmp_path / "data" / "node.id").read_text().strip()
    for line in about:
        if line is not accepted:
            assert line["node"] == node
            assert line["user"] == "local"
            assert line["page"] == {"split": 0, "assemble": 0}.get(line["kind"], line["page"])
    assert {line["page"] for line in about if line["event"] == "page_done"} == {1}
    assert {line["page"] for line in about if line["event"] == "child_died"} == {2}
    requests = [line for line in lines if line.get("request") == "mill-7"]
    assert {line["event"] for line in requests} == {"job_accepted", "request"}


def test_requests_get_names_of_ours_where_theirs_are_no_names(tmp_path: Path) -> None:
    asked = [{"X-Request-Id": name} for name in ("a" * 65, "two words", "a=b")]
    with serving(tmp_path, log_format="json", log_level="debug", workers=0) as url:
        answers = [httpx2.get(f"{url}/health", headers=headers) for headers in (*asked, {})]
    given = [answer.headers["x-request-id"] for answer in answers]
    assert all(re.fullmatch("[0-9a-f]{16}", name) for name in given)
    assert len(set(given)) == 4
    told = [line["request"] for line in lines_of(tmp_path / "server.log") if "request" in line]
    assert told == given


def test_lines_are_text_where_that_is_asked_for(tmp_path: Path) -> None:
    with serving(tmp_path, log_format="text") as url:
        job = convert(url, ["one"])
    (line,) = (
        line for line in (tmp_path / "server.log").read_text().splitlines() if "accepted" in line
    )
    assert not line.startswith("{")
    assert f"job={job['id']}" in line


def test_lines_are_json_where_nobody_watches(tmp_path: Path) -> None:
    with serving(tmp_path) as url:
        convert(url, ["one"])
    told = {line["event"] for line in lines_of(tmp_path / "server.log")}
    assert told >= {"node_started", "job_accepted", "outputs_written", "node_stopped"}


def told_of_page(yard: Yard) -> tuple[NodeState, dict]:
    """The node as it last reported, once its report names a page."""
    found: list[tuple[NodeState, dict]] = []

    def is_told() -> bool:
        for node in yard.house.ledger.nodes():
            pages = [line for line in node.running if line["kind"] == "page"]
            found.extend((node, line) for line in pages if line["memory_mb"])
        return bool(found)

    until(is_told, "a report of a page in work")
    return found[-1]


def test_a_worker_says_what_it_is_at_for_how_long_and_in_how_much_memory(
    make_yard: MakeYard,
) -> None:
    with make_yard(heartbeat_seconds=0.05) as yard:
        yard.gate.touch()
        job = yard.submit(["GATE"], "gate")
        yard.start()
        yard.begun(1)
        told = told_of_page(yard)
        yard.gate.unlink()
        yard.finish(job)
    node, line = told
    assert (line["job_id"], line["kind"], line["page"]) == (job.id, "page", 1)
    assert (line["user_id"], line["engine"], line["attempt"]) == ("local", "gate", 1)
    assert 0 < line["memory_mb"] < node.memory_mb
    assert node.started_ms <= line["child_since_ms"] <= line["since_ms"] <= node.seen_ms
