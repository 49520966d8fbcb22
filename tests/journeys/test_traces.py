"""Traces of real jobs through real processes, as a collector gets them."""

import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from collector import Collector, collecting

from pagemill.testing.documents import text_pdf
from pagemill_process import serving

TRACE, ABOVE = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch):
    with collecting() as running:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", running.url)
        monkeypatch.setenv("OTEL_SERVICE_NAME", "the-mill")
        yield running


def converted(url: str, pages: list[str] | int, engine: str = "text", **headers: str) -> dict:
    """A job that has ended."""
    files = {"file": ("a.pdf", text_pdf(pages))}
    asked = {"options": f'{{"engine": "{engine}"}}'}
    with httpx2.Client(base_url=url, timeout=90) as http:
        job = http.post("/v1/jobs", files=files, data=asked, headers=headers).json()
        return http.get(f"/v1/jobs/{job['id']}", params={"wait": 60}).json()


def test_one_trace_holds_a_job_from_its_submission_to_its_output(
    tmp_path: Path, collector: Collector
) -> None:
    with serving(tmp_path, traces="true") as url:
        job = converted(url, 2, traceparent=f"00-{TRACE}-{ABOVE}-01")
    (submit,), (whole,) = collector.named("submit"), collector.named("job")
    (split,), (assemble,) = collector.named("split"), collector.named("assemble")
    pages = collector.named("page")
    assert {span.trace_id for span in collector.spans} == {TRACE}
    assert {span.service for span in collector.spans} == {"the-mill"}
    assert submit.parent_id == ABOVE
    assert whole.parent_id == submit.span_id
    assert {span.parent_id for span in (split, *pages, assemble)} == {whole.span_id}
    assert {span.attributes["pagemill.job.id"] for span in collector.spans} == {job["id"]}
    assert [span.attributes["pagemill.page"] for span in pages] == [1, 2]
    for page in pages:
        assert page.attributes["pagemill.engine"] == "text"
        assert page.attributes["pagemill.attempt"] == 1
        assert page.attributes["pagemill.outcome"] == "done"
        assert page.attributes["pagemill.wait_ms"] >= 0
        assert split.began_ns <= page.began_ns <= page.ended_ns <= assemble.ended_ns
    assert whole.attributes["pagemill.job.state"] == "completed"
    assert whole.attributes["pagemill.pages.done"] == 2


def test_a_job_without_a_trace_begins_one_that_is_found_by_its_id(
    tmp_path: Path, collector: Collector
) -> None:
    with serving(tmp_path, traces="true") as url:
        job = converted(url, 1, traceparent="00-not-a-trace")
    assert {span.trace_id for span in collector.spans} == {job["id"].replace("-", "")}
    (submit,) = collector.named("submit")
    assert submit.parent_id == ""
    assert len(collector.spans) == 5


def test_failed_attempts_and_failed_jobs_are_told_with_their_reasons(
    tmp_path: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEMILL_TEST_PAGES_READ", str(tmp_path / "read"))
    settings = {
        "traces": "true",
        "plugins": "pagemill.testing.engines:FlakyEngine",
        "backoff_base_seconds": 0.01,
    }
    with serving(tmp_path, **settings) as url:
        converted(url, ["FLAKY leaf"], "flaky")
        with httpx2.Client(base_url=url, timeout=90) as http:
            broken = http.post("/v1/jobs", files={"file": ("b.pdf", b"%PDF-1.7 broken")}).json()
            http.get(f"/v1/jobs/{broken['id']}", params={"wait": 60})
    attempts = collector.named("page")
    told = [(s.attributes["pagemill.attempt"], s.attributes["pagemill.outcome"]) for s in attempts]
    assert told == [(1, "retry"), (2, "done")]
    assert attempts[0].failure
    assert attempts[0].attributes["pagemill.error.code"] == "engine_failed"
    (failed,) = [span for span in collector.named("job") if span.failure]
    assert failed.attributes["pagemill.job.state"] == "failed"
    assert failed.attributes["pagemill.job.id"] == broken["id"]


def test_a_cancelled_job_ends_its_trace(tmp_path: Path, collector: Collector) -> None:
    with serving(tmp_path, traces="true", workers=0) as url, httpx2.Client(base_url=url) as http:
        job = http.post("/v1/jobs", files={"file": ("a.pdf", text_pdf(1))}).json()
        http.post(f"/v1/jobs/{job['id']}/cancel").raise_for_status()
    (whole,) = collector.named("job")
    assert whole.attributes["pagemill.job.state"] == "cancelled"


def test_who_samples_nothing_gets_nothing(
    tmp_path: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_always_off")
    with serving(tmp_path, traces="true") as url:
        converted(url, 1)
        taken = converted(url, 2, traceparent=f"00-{TRACE}-{ABOVE}-01")
    assert {span.attributes["pagemill.job.id"] for span in collector.spans} == {taken["id"]}


def test_a_collector_that_does_not_answer_holds_up_neither_work_nor_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        monkeypatch.setenv(
            "OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{deaf.getsockname()[1]}"
        )
        with serving(tmp_path, traces="true") as url:
            jobs = [converted(url, 3) for _ in range(3)]
    assert [job["state"] for job in jobs] == ["completed"] * 3
    assert "node_killed" not in (tmp_path / "server.log").read_text()


def test_nothing_is_loaded_or_sent_while_traces_are_off(
    tmp_path: Path, collector: Collector
) -> None:
    with serving(tmp_path) as url:
        converted(url, 1, traceparent=f"00-{TRACE}-{ABOVE}-01")
    assert collector.spans == []
    code = (
        "import sys; from pagemill.app import node, web_server; from pagemill.traces import"
        " open_tracer; open_tracer(is_on=False); print('opentelemetry.sdk' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr


def test_without_the_extra_the_server_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['opentelemetry'] = None; from pagemill.traces import open_tracer;"
        " open_tracer(is_on=True)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "PagemillError: Traces are asked for" in done.stderr
