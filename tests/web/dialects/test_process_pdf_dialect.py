"""The PDF OCR service's API: send, poll, fetch every file by its name there, or all in one ZIP."""

import io
import itertools
import subprocess
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagemill.web.archives import zipped
from pagemill.web.dialects.process_pdf import with_their_links
from web.dialects.speaking import MB, STAGES, UNREADABLE, bring, house_with, problem_of, shape
from web_house import LiveHouse, open_office, page_markdown

FILES = ("markdown", "output.mmd", "output_det.mmd", "output_layouts.pdf", "images", "zip")
UNFINISHED = ("queued", "paused", "opened", "reading", "writing")
PICTURES = ("images/1_0.jpg", "images/1_1.jpg", "images/2_0.jpg")
WITH_LINKS = b"![a](images/1_0.jpg) ![b](images/1_1.jpg)\n\n![c](images/2_0.jpg)\n"
WITH_THEIRS = b"![a](images/0_0.jpg) ![b](images/0_1.jpg)\n\n![c](images/1_0.jpg)\n"
TASK = {
    "job_id": "str",
    "status": "str",
    "filename": "str",
    "total_pages": "int",
    "processed_pages": "int",
    "created_at": "str",
    "updated_at": "str",
    "error_message": "NoneType",
}


def send(house: LiveHouse, name: str = "report.pdf") -> dict:
    with house.client() as client:
        answer = client.post("/process_pdf", files={"file": (name, house.pdf, "application/pdf")})
    assert answer.status_code == 200, answer.text
    return answer.json()


def sent_to(house: LiveHouse, stage: str) -> str:
    """The id of a job of three pages, brought there."""
    job_id = send(house)["job_id"]
    bring(house, job_id, stage)
    return job_id


@pytest.fixture
def illustrated(house: LiveHouse) -> str:
    """A completed job with three pictures on two of its pages."""
    house.worker.pictures = PICTURES
    house.worker.texts = {
        "result.md": WITH_LINKS,
        "result.annotated.md": WITH_LINKS + b"and boxes",
        **{path: b"\xff\xd8\xff" + path.encode() for path in PICTURES},
    }
    return sent_to(house, "completed")


# Sending.


def test_sending_answers_at_once_with_these_fields(house: LiveHouse) -> None:
    accepted = send(house)
    assert shape(accepted) == dict.fromkeys(("job_id", "status", "filename", "message"), "str")
    assert (accepted["status"], accepted["filename"]) == ("pending", "report.pdf")
    assert house.worker.claim()[0].job_id == accepted["job_id"]


def test_every_file_of_that_service_is_made(house: LiveHouse) -> None:
    job = house.service.get(send(house)["job_id"])
    assert set(job.options.outputs) == {"markdown", "annotated", "layout", "images"}


def test_a_service_with_tokens_answers_401_without_a_valid_one(tmp_path: Path) -> None:
    with house_with(tmp_path, is_open=False) as house, house.client() as client:
        for headers in ({}, {"Authorization": "Bearer wrong-token-0123456789"}):
            answer = client.get("/tasks", headers=headers)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith("Bearer")
        _, token = open_office(house.service).add_token("local")
        headers = {"Authorization": f"Bearer {token}"}
        assert client.get("/tasks", headers=headers).json() == {"tasks": [], "total": 0}


# Status.


def test_a_status_has_exactly_these_fields(house: LiveHouse, client: httpx2.Client) -> None:
    job_id = sent_to(house, "completed")
    assert shape(client.get(f"/result/{job_id}/status").json()) == TASK


@pytest.mark.parametrize(
    ("stage", "word", "pages", "reason"),
    [
        ("queued", "pending", (0, None), None),
        ("paused", "pending", (0, None), None),
        ("opened", "processing", (0, 3), None),
        ("reading", "processing", (1, 3), None),
        ("writing", "processing", (3, 3), None),
        ("completed", "completed", (3, 3), None),
        ("gaps", "completed", (3, 3), None),
        ("failed", "failed", (0, None), UNREADABLE.message),
        ("cancelled", "failed", (0, None), "Cancelled"),
    ],
)
def test_every_state_has_its_word(
    house: LiveHouse,
    client: httpx2.Client,
    stage: str,
    word: str,
    pages: tuple[int, int | None],
    reason: str | None,
) -> None:
    answer = client.get(f"/result/{sent_to(house, stage)}/status")
    told = answer.json()
    assert (answer.status_code, told["status"]) == (200, word)
    assert (told["processed_pages"], told["total_pages"]) == pages
    assert told["error_message"] == reason
    assert set(told) == set(TASK)


@pytest.mark.parametrize("what", ["status", *FILES, "images/0_0.jpg"])
def test_an_unknown_job_is_not_found(client: httpx2.Client, what: str) -> None:
    assert problem_of(client.get(f"/result/nothing/{what}")) == (404, "job_not_found")


def test_a_job_of_another_api_is_found_by_its_handle(
    house: LiveHouse, client: httpx2.Client
) -> None:
    created = client.post("/jobs/create", files={"file": ("a.pdf", house.pdf)}).json()
    told = client.get(f"/result/{created['job_id']}/status").json()
    assert told["job_id"] == house.service.get(created["job_id"]).id


# The list.


def test_tasks_are_listed_newest_first_as_their_status(
    house: LiveHouse, client: httpx2.Client
) -> None:
    ids = [send(house)["job_id"] for _ in range(3)]
    listed = client.get("/tasks").json()
    assert shape(listed) == {"tasks": "list", "total": "int"}
    assert [task["job_id"] for task in listed["tasks"]] == ids[::-1]
    assert listed["tasks"][0] == client.get(f"/result/{ids[-1]}/status").json()
    assert len(client.get("/tasks", params={"limit": 2}).json()["tasks"]) == 2


@pytest.mark.parametrize("stage", STAGES)
def test_tasks_are_filtered_by_the_words_they_show(
    house: LiveHouse, client: httpx2.Client, stage: str
) -> None:
    told = client.get(f"/result/{sent_to(house, stage)}/status").json()
    for word in ("pending", "processing", "completed", "failed"):
        listed = client.get("/tasks", params={"status": word}).json()["tasks"]
        assert listed == ([told] if word == told["status"] else [])


@pytest.mark.parametrize("query", ["status=cancelled", "status=", "limit=0", "limit=1001"])
def test_a_list_that_makes_no_sense_is_refused(client: httpx2.Client, query: str) -> None:
    assert problem_of(client.get(f"/tasks?{query}")) == (422, "invalid_request")


# Files.


@pytest.mark.parametrize("stage", UNFINISHED)
def test_every_file_answers_202_with_the_status_until_it_is_there(
    house: LiveHouse, client: httpx2.Client, stage: str
) -> None:
    job_id = sent_to(house, stage)
    status = client.get(f"/result/{job_id}/status").json()
    for what in (*FILES, "images/0_0.jpg"):
        answer = client.get(f"/result/{job_id}/{what}")
        assert answer.status_code == 202
        told = answer.json()
        assert told.pop("message")
        assert told == status


@pytest.mark.parametrize("what", [*FILES, "images/0_0.jpg"])
def test_a_failed_job_answers_with_its_own_failure(
    house: LiveHouse, client: httpx2.Client, what: str
) -> None:
    answer = client.get(f"/result/{sent_to(house, 'failed')}/{what}")
    assert problem_of(answer) == (415, "not_a_document")
    assert answer.json()["detail"] == UNREADABLE.message


@pytest.mark.parametrize("what", [*FILES, "images/0_0.jpg"])
def test_a_cancelled_job_has_no_files(house: LiveHouse, client: httpx2.Client, what: str) -> None:
    answer = client.get(f"/result/{sent_to(house, 'cancelled')}/{what}")
    assert problem_of(answer) == (404, "output_not_found")
    assert "cancelled" in answer.json()["detail"]


@pytest.mark.parametrize("what", ["markdown", "output.mmd", "output_det.mmd"])
@pytest.mark.parametrize("stage", ["completed", "gaps"])
def test_the_markdown_is_the_whole_text(
    house: LiveHouse, client: httpx2.Client, stage: str, what: str
) -> None:
    answer = client.get(f"/result/{sent_to(house, stage)}/{what}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    pages = (1, 2, 3) if stage == "completed" else (1, 3)
    assert answer.content.decode() == "\n\n".join(page_markdown(n) for n in pages)


def test_the_layout_is_a_pdf(house: LiveHouse, client: httpx2.Client) -> None:
    answer = client.get(f"/result/{sent_to(house, 'completed')}/output_layouts.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


def test_a_file_the_job_was_not_asked_for_is_not_found(
    house: LiveHouse, client: httpx2.Client
) -> None:
    own = house.submit(outputs="json")["id"]
    house.worker.work_off()
    for what in ("markdown", "output_det.mmd", "output_layouts.pdf", "images/0_0.jpg"):
        answer = client.get(f"/result/{own}/{what}")
        assert problem_of(answer) == (404, "output_not_found")


# Pictures.


def test_pictures_are_named_by_page_from_0(illustrated: str, client: httpx2.Client) -> None:
    assert client.get(f"/result/{illustrated}/images").json() == ["0_0.jpg", "0_1.jpg", "1_0.jpg"]


def test_a_picture_is_served_under_its_name_there(illustrated: str, client: httpx2.Client) -> None:
    for theirs, ours in zip(("0_0.jpg", "0_1.jpg", "1_0.jpg"), PICTURES, strict=True):
        answer = client.get(f"/result/{illustrated}/images/{theirs}")
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.content.endswith(ours.encode())


@pytest.mark.parametrize(
    "name", ["2_0.jpg", "0_9.jpg", "0_0.png", "-1_0.jpg", "٠_0.jpg", "0_0.jpgx", "x" * 9999]
)
def test_what_is_no_picture_is_not_found(
    illustrated: str, client: httpx2.Client, name: str
) -> None:
    answer = client.get(f"/result/{illustrated}/images/{name}")
    assert problem_of(answer) == (404, "output_not_found")


@pytest.mark.parametrize("what", ["markdown", "output.mmd"])
def test_links_lead_to_the_pictures_there(
    illustrated: str, client: httpx2.Client, what: str
) -> None:
    assert client.get(f"/result/{illustrated}/{what}").content == WITH_THEIRS


def test_a_document_without_pictures_has_an_empty_list(
    house: LiveHouse, client: httpx2.Client
) -> None:
    house.worker.pictures = ()
    assert client.get(f"/result/{sent_to(house, 'completed')}/images").json() == []


@given(cuts=st.lists(st.integers(0, 200), max_size=12), filler=st.text("](images/1_0.jpg)x\n"))
def test_links_are_found_wherever_the_text_is_cut(cuts: list[int], filler: str) -> None:
    whole = WITH_LINKS + filler.encode() + b"![d](images/12345678_1234.jpg)"
    ends = sorted({min(cut, len(whole)) for cut in (0, *cuts, len(whole))})
    pieces = [whole[start:end] for start, end in itertools.pairwise(ends)]
    assert b"".join(with_their_links(pieces)) == b"".join(with_their_links([whole]))


def test_links_to_other_things_stay() -> None:
    text = b"[a](images/x.jpg) ](images/0_0.jpg) images/1_0.jpg [b](image/1_0.jpg)"
    assert b"".join(with_their_links([text])) == text


def test_a_text_without_line_breaks_is_passed_on_as_it_comes() -> None:
    held, passed = 0, 0
    for piece in with_their_links(itertools.repeat(b"]" * 1000, 1000)):
        passed += len(piece)
        held += 1000
        assert held - passed <= 1000
    assert passed == 1_000_000


# The archive.


def test_the_archive_holds_every_file_under_its_name_there(
    illustrated: str, client: httpx2.Client
) -> None:
    answer = client.get(f"/result/{illustrated}/zip")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="{illustrated}')
    with ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            assert archive.read(name) == client.get(f"/result/{illustrated}/{name}").content
        assert archive.namelist() == [
            "output.mmd",
            "output_det.mmd",
            "output_layouts.pdf",
            "images/0_0.jpg",
            "images/0_1.jpg",
            "images/1_0.jpg",
        ]


def test_a_usual_program_unpacks_the_archive(
    illustrated: str, client: httpx2.Client, tmp_path: Path
) -> None:
    path = tmp_path / "result.zip"
    path.write_bytes(client.get(f"/result/{illustrated}/zip").content)
    subprocess.run(["unzip", "-q", path, "-d", tmp_path / "out"], check=True)
    assert (tmp_path / "out" / "output.mmd").read_bytes() == WITH_THEIRS
    assert (tmp_path / "out" / "images" / "1_0.jpg").read_bytes().startswith(b"\xff\xd8\xff")


def test_the_archive_of_another_job_holds_what_it_has(
    house: LiveHouse, client: httpx2.Client
) -> None:
    own = house.submit(outputs="json,text")["id"]
    house.worker.work_off()
    with ZipFile(io.BytesIO(client.get(f"/result/{own}/zip").content)) as archive:
        assert archive.namelist() == ["result.json", "result.txt"]


def test_an_archive_is_sent_while_it_is_written() -> None:
    read = 0

    def noise() -> Iterator[bytes]:
        nonlocal read
        for number in range(200):
            read += 1
            yield bytes((number * 7 + n) % 251 for n in range(1000)) * 1000

    sent = 0
    for sent, piece in enumerate(zipped([("images/0_0.jpg", noise())]), 1):
        assert len(piece) < 2 * MB
        assert sent in (read, read + 1)
    assert sent == 201


def test_an_archive_that_cannot_be_finished_is_not_taken_for_whole(
    illustrated: str, house: LiveHouse, client: httpx2.Client
) -> None:
    (house.root / "shelf" / "jobs" / illustrated / "images" / "2_0.jpg").unlink()
    with pytest.raises(httpx2.RemoteProtocolError):
        client.get(f"/result/{illustrated}/zip")
    assert client.get(f"/result/{illustrated}/status").status_code == 200


def test_a_reader_who_leaves_an_archive_halfway_leaves_the_server_well(
    house: LiveHouse, client: httpx2.Client
) -> None:
    house.worker.texts = {"images/1_0.jpg": bytes(64 * MB)}
    job_id = sent_to(house, "completed")
    with client.stream("GET", f"/result/{job_id}/zip") as response:
        next(response.iter_bytes())
    assert client.get(f"/result/{job_id}/status").json()["status"] == "completed"
