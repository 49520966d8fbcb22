"""The desk: what is kept, who may ask, what is refused; names made harmless."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.desk import caller
from pagemill.errors import PagemillError
from pagemill.model.job import JobState
from pagemill.model.task import TaskKind
from pagemill.ports import JobQuery, NodeState
from pagemill.service import Service, clean_filename, download_name
from pagemill.testing.clock import SettableClock
from pagemill.testing.documents import picture, text_pdf
from web_house import HandWorker, open_service, page_markdown


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Service]:
    service = open_service(tmp_path, max_upload_bytes=100_000)
    yield service
    service.ledger.close()


@pytest.fixture
def worker(desk: Service) -> HandWorker:
    return HandWorker(desk.ledger, desk.shelf)


def send(desk: Service, data: bytes, filename: str = "a.pdf", **asked: object):
    with desk.receive() as upload:
        for start in range(0, len(data), 1000):
            upload.write(data[start : start + 1000])
        return desk.submit(upload, filename, asked.pop("options", {}), **asked)


def refusal(act) -> str:
    with pytest.raises(PagemillError) as refused:
        act()
    return refused.value.code


def test_what_was_submitted_is_kept_and_the_bell_rings(desk: Service) -> None:
    submitted = send(desk, text_pdf(1), "Bericht.pdf")
    job = submitted.job
    assert submitted.is_new
    assert (job.state, job.filename, job.user_id) == (JobState.QUEUED, "Bericht.pdf", "local")
    assert desk.shelf.get(job.document.key) == text_pdf(1)
    assert desk.bell.rings == 1
    assert desk.get(job.id) == job
    assert desk.list(JobQuery("local")) == [job]


def test_what_was_only_received_is_dropped(desk: Service) -> None:
    with desk.receive() as upload:
        upload.write(b"%PDF")
    assert list(desk.shelf.list("documents")) == []


def test_the_bytes_say_what_it_is_and_not_the_name(desk: Service) -> None:
    assert send(desk, picture("ink"), "a.pdf").job.document.media_type == "image/png"
    assert send(desk, b"hello", "a.pdf").job.document.media_type == "application/octet-stream"


def test_receiving_stops_at_the_limit(desk: Service) -> None:
    assert refusal(lambda: send(desk, b"x" * 100_001)) == "too_large"
    assert send(desk, b"x" * 100_000).is_new


def test_wrong_options_are_refused_before_anything_is_kept(desk: Service) -> None:
    assert refusal(lambda: send(desk, b"%PDF", options={"engine": "magic"})) == "invalid_options"
    assert refusal(lambda: send(desk, b"%PDF", priority=11)) == "invalid_options"
    assert refusal(lambda: send(desk, b"%PDF", password="x" * 1025)) == "invalid_request"
    assert refusal(lambda: send(desk, b"%PDF", idempotency_key="k" * 256)) == "invalid_request"
    assert list(desk.shelf.list("documents")) == []


def test_small_documents_go_first_unless_told_otherwise(desk: Service) -> None:
    assert send(desk, b"%PDF").job.priority == 10
    assert send(desk, b"%PDF", priority=0).job.priority == 0


def test_a_handle_finds_the_job_as_its_id_does(desk: Service) -> None:
    job = send(desk, b"%PDF", handle="task_1").job
    assert desk.get("task_1") == job


def test_ids_sort_by_the_time_of_their_making(desk: Service) -> None:
    ids = [desk.new_id() for _ in range(1000)]
    assert ids == sorted(set(ids))


def test_a_file_of_this_machine_is_submitted_under_its_own_name(
    desk: Service, tmp_path: Path
) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(text_pdf(1))
    assert desk.submit_file(path, {"engine": "text"}).job.filename == "scan.pdf"
    assert refusal(lambda: desk.submit_file(tmp_path / "nope.pdf", {})) == "file_not_found"
    assert refusal(lambda: desk.submit_file(tmp_path, {})) == "file_not_found"


def test_a_document_is_submitted_again_by_its_owner_only(desk: Service) -> None:
    first = send(desk, text_pdf(1), "a.pdf").job
    again = desk.submit_document(first.document.sha256, {}, filename="b.pdf").job
    assert again.document == first.document
    assert again.filename == "b.pdf"
    stranger = lambda: desk.submit_document(first.document.sha256, {}, by=caller("eve"))  # noqa: E731
    assert refusal(stranger) == "document_not_found"


def test_no_method_gives_a_strangers_job_away(desk: Service, worker: HandWorker) -> None:
    ref = send(desk, text_pdf(1)).job.id
    worker.work_off()
    asked = {
        "get": (),
        "events": (),
        "pages": (),
        "page": (1,),
        "page_text": (1,),
        "page_image": (1,),
        "outputs": (),
        "output": ("markdown",),
        "partial_markdown": (),
        "cancel": (),
        "pause": (),
        "resume": (),
        "retry": (),
        "set_priority": (1,),
        "delete": (),
    }
    for name, arguments in asked.items():
        ask = lambda: getattr(desk, name)(ref, *arguments, who=caller("eve"))  # noqa: B023, E731
        assert refusal(ask) == "job_not_found", name
    assert desk.list(JobQuery(), caller("eve")) == []
    assert desk.requeue_failed(caller("eve")) == []
    assert desk.get(ref).state is JobState.COMPLETED


def test_every_order_rings_the_bell(desk: Service) -> None:
    ref = send(desk, b"%PDF").job.id
    orders = (desk.pause, desk.resume, desk.cancel, desk.retry, desk.delete)
    for count, order in enumerate(orders, start=2):
        order(ref)
        assert desk.bell.rings == count


def test_pages_and_outputs_are_given_as_they_come(desk: Service, worker: HandWorker) -> None:
    job = send(desk, text_pdf(3), options={"outputs": "markdown,images"}).job
    assert refusal(lambda: desk.page(job.id, 1)) == "page_not_found"
    assert refusal(lambda: desk.output(job.id, "images/1_0.jpg")) == "output_not_ready"
    worker.step()
    worker.step(1)
    assert desk.page_markdown(job.id, 1).strip() == page_markdown(1)
    assert refusal(lambda: desk.page_text(job.id, 2)) == "page_not_ready"
    worker.work_off()
    assert refusal(lambda: desk.output(job.id, "poem")) == "output_not_found"
    file = desk.output(job.id, "images/1_0.jpg")
    assert b"".join(desk.read(job, file, 0, 3)) == b"\xff\xd8\xff"
    desk.shelf.delete_folder(job.folder)
    assert refusal(lambda: desk.read(job, file)) == "output_not_found"
    assert refusal(lambda: desk.page_text(job.id, 1)) == "page_not_ready"


def test_partial_markdown_cannot_break_out_of_its_comments(
    desk: Service, worker: HandWorker
) -> None:
    job = send(desk, text_pdf(3)).job
    assert list(desk.partial_markdown(job.id)) == []
    worker.step()
    assert "".join(desk.partial_markdown(job.id)).count("<!--") == 3


def test_jobs_with_failed_pages_are_requeued_and_no_others(
    desk: Service, worker: HandWorker
) -> None:
    whole = send(desk, text_pdf(1)).job.id
    worker.work_off()
    worker.broken = {1}
    broken = [send(desk, text_pdf(1)).job.id for _ in range(3)]
    worker.work_off()
    two = replace(desk, limits=replace(desk.limits, batch=2))
    assert {job.id for job in two.requeue_failed()} <= set(broken)
    assert {job.id for job in two.requeue_failed()} == set(broken[:1])
    assert desk.get(whole).state is JobState.COMPLETED
    assert {work.kind for work in worker.claim()} == {TaskKind.PAGE}


def test_news_hold_rows_and_events_of_the_same_moment(desk: Service, worker: HandWorker) -> None:
    one, two = (send(desk, text_pdf(1)).job for _ in range(2))
    worker.work_off()
    news = {item.job.id: item for item in desk.news({one.id: 1, two.id: 99, "gone": 1})}
    assert set(news) == {one.id, two.id}
    assert news[one.id].events[-1].seq == news[one.id].job.version
    assert news[one.id].events[0].seq == 2
    assert news[two.id].events == []


def test_capacity_counts_machines_that_live(desk: Service) -> None:
    now = desk.clock.now_ms()

    def node(name: str, *, is_draining: bool = False) -> NodeState:
        return NodeState(name, "b", "host", 1, 4, ("text",), now, now, is_draining)

    desk.ledger.enter(node("one"))
    desk.ledger.enter(node("going", is_draining=True))
    capacity = desk.overview.capacity()
    assert (capacity.nodes, capacity.slots, capacity.busy) == (2, 4, 0)
    later = replace(desk, clock=SettableClock(now + 10 * 60_000)).overview
    assert later.capacity().nodes == 0
    assert not any(later.is_alive(one) for one in later.nodes())


@given(st.text())
def test_any_name_becomes_a_short_visible_single_name(name: str) -> None:
    clean = clean_filename(name)
    assert 1 <= len(clean) <= 255
    assert clean == clean.strip()
    assert not set(clean) & set("/\\\0\n\r\t")
    assert clean.isprintable()
    assert clean not in (".", "..")
    clean.encode()


@pytest.mark.parametrize(
    ("given_name", "clean"),
    [
        ("a.pdf", "a.pdf"),
        ("../../a.pdf", "a.pdf"),
        ("C:\\x\\a.pdf", "a.pdf"),
        ("  a   b .pdf ", "a b .pdf"),
        ("u\u0308.pdf", "ü.pdf"),
        ("\ud800.pdf", ".pdf"),
        ("a/", "a"),
        ("...", "document"),
        ("", "document"),
    ],
)
def test_names_are_cleaned(given_name: str, clean: str) -> None:
    assert clean_filename(given_name) == clean


@pytest.mark.parametrize(
    ("filename", "path", "name"),
    [
        ("scan.pdf", "result.md", "scan.md"),
        ("scan.pdf", "result.annotated.md", "scan.annotated.md"),
        ("scan.pdf", "layout.pdf", "scan.layout.pdf"),
        ("scan.pdf", "images/1_0.jpg", "1_0.jpg"),
        ("a.b.pdf", "result.json", "a.b.json"),
        ("../x/..", "result.md", "document.md"),
    ],
)
def test_downloads_are_called_after_the_document(filename: str, path: str, name: str) -> None:
    assert download_name(filename, path) == name
