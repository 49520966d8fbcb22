"""Bringing documents: forms, JSON, keys, limits, and senders who go away."""

import json
import socket
import threading
from hashlib import sha256

import httpx2
import pytest

from web_house import LiveHouse

MB = 1024 * 1024


def post(client: httpx2.Client, content: bytes, name: str = "a.pdf", **fields: object):
    headers = fields.pop("headers", {})
    return client.post("/v1/jobs", files={"file": (name, content)}, data=fields, headers=headers)


def test_a_submission_is_answered_with_the_job_and_its_address(
    house: LiveHouse, client: httpx2.Client
) -> None:
    answer = post(client, house.pdf, "Mühle.pdf")
    job = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/jobs/{job['id']}"
    assert job["state"] == "queued"
    assert job["document"]["filename"] == "Mühle.pdf"
    assert job["document"]["media_type"] == "application/pdf"
    assert job["document"]["bytes"] == len(house.pdf)
    assert job["priority"] == 10
    assert job["created_at"].endswith("Z")
    shown = client.get(job["links"]["self"]).json()
    assert (shown["id"], shown["position"]) == (job["id"], 1)
    assert house.bell.rings == 1


def test_the_bytes_lie_on_the_shelf_as_they_were_sent(
    house: LiveHouse, client: httpx2.Client
) -> None:
    content = b"%PDF-1.7\r\n--boundary\r\n" + bytes(range(256)) * 9000
    job = post(client, content).json()
    sha256 = job["document"]["sha256"]
    assert house.files() == [f"documents/{sha256[:2]}/{sha256}.pdf"]
    assert (house.root / "shelf" / house.files()[0]).read_bytes() == content


def test_options_come_as_fields_or_as_json(house: LiveHouse, client: httpx2.Client) -> None:
    by_fields = post(client, house.pdf, engine="tesseract", languages="de,en", dpi="200").json()
    by_json = post(
        client,
        house.pdf,
        options=json.dumps({"engine": "tesseract", "languages": ["de", "en"], "dpi": 200}),
    ).json()
    assert by_fields["options"] == by_json["options"]
    assert by_json["options"]["languages"] == ["de", "en"]


def form(*parts: tuple[str, str, bytes], ends: bool = True) -> tuple[bytes, dict[str, str]]:
    body = b""
    for name, filename, data in parts:
        extra = f'; filename="{filename}"' if filename else ""
        body += f'--XX\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'.encode()
        body += data + b"\r\n"
    body += b"--XX--\r\n" if ends else b""
    return body, {"Content-Type": "multipart/form-data; boundary=XX"}


@pytest.mark.parametrize("file_first", [True, False])
def test_fields_may_stand_before_or_after_the_file(
    house: LiveHouse, client: httpx2.Client, file_first: bool
) -> None:
    parts = [("file", "a.pdf", house.pdf), ("engine", "", b"text"), ("priority", "", b"3")]
    body, headers = form(*(parts if file_first else reversed(parts)))
    job = client.post("/v1/jobs", content=body, headers=headers).json()
    assert job["options"]["engine"] == "text"
    assert job["priority"] == 3


def test_a_field_given_twice_is_a_list(house: LiveHouse, client: httpx2.Client) -> None:
    body, headers = form(
        ("outputs", "", b"markdown"), ("outputs", "", b"json"), ("file", "a.pdf", house.pdf)
    )
    job = client.post("/v1/jobs", content=body, headers=headers).json()
    assert job["options"]["outputs"] == ["markdown", "json"]


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"engin": "text"}, "engine"),
        ({"engine": "magic"}, "ppocr"),
        ({"outputs": "markdown,poem"}, "json"),
        ({"pages": "0"}, "from 1"),
        ({"options": "[1]"}, "See /docs"),
        ({"options": '{"engine": "\\ud800"}'}, "See /docs"),
        ({"priority": "11"}, "0 and 10"),
        ({"priority": "soon"}, "See /docs"),
        ({"password": "x" * 2000}, "At most"),
    ],
)
def test_wrong_options_are_refused_with_what_is_allowed(
    house: LiveHouse, client: httpx2.Client, fields: dict[str, str], names: str
) -> None:
    answer = post(client, house.pdf, **fields)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert names in answer.json()["hint"]
    assert house.files() == []


def test_an_earlier_upload_is_converted_again_by_its_id(
    house: LiveHouse, client: httpx2.Client
) -> None:
    first = house.submit()
    answer = client.post(
        "/v1/jobs", json={"document_id": first["document"]["id"], "options": {"engine": "text"}}
    )
    assert answer.status_code == 202
    assert answer.json()["id"] != first["id"]
    assert answer.json()["document"] == first["document"]
    assert len(house.files()) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"document_id": "nope"}', "document_not_found"),
        (b'{"document_id": 3}', "no_file"),
        (b"{}", "no_file"),
        (b"[]", "invalid_request"),
        (b'{"document_id": ', "invalid_request"),
        (b"[" * 100_000, "invalid_request"),
        (b"\xff", "invalid_request"),
        (b"{" + b" " * 3 * MB + b"}", "too_large"),
    ],
)
def test_a_json_submission_that_makes_no_sense_is_refused(
    client: httpx2.Client, body: bytes, code: str
) -> None:
    answer = client.post("/v1/jobs", content=body, headers={"Content-Type": "application/json"})
    assert answer.json()["code"] == code


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (b"", "multipart/form-data; boundary=XX", "upload_cut"),
        (b"--XX--\r\n", "multipart/form-data; boundary=XX", "no_file"),
        (b"rubbish" * 50, "multipart/form-data; boundary=XX", "invalid_request"),
        (b"--XX--\r\n", "multipart/form-data", "invalid_request"),
        (form(("file", "", b""))[0], "multipart/form-data; boundary=XX", "no_file"),
        (
            form(("file", "a", b"1"), ("file", "b", b"2"))[0],
            "multipart/form-data; boundary=XX",
            "invalid_request",
        ),
        (
            form(("file", "a", b"1"), ends=False)[0],
            "multipart/form-data; boundary=XX",
            "upload_cut",
        ),
        (
            form(("file", "a", b"1"), ("x", "", b"y" * 2 * MB))[0],
            "multipart/form-data; boundary=XX",
            "too_large",
        ),
        (b"--XX\r\nX: " + b"y" * 2 * MB, "multipart/form-data; boundary=XX", "too_large"),
        (b"%PDF", "application/pdf", "invalid_request"),
    ],
)
def test_a_form_that_makes_no_sense_leaves_nothing(
    house: LiveHouse, client: httpx2.Client, body: bytes, content_type: str, code: str
) -> None:
    answer = client.post("/v1/jobs", content=body, headers={"Content-Type": content_type})
    assert answer.json()["code"] == code
    assert house.files() == []
    assert client.get("/v1/jobs").json()["jobs"] == []


def test_an_empty_file_with_a_name_becomes_a_job(client: httpx2.Client) -> None:
    assert post(client, b"", "empty.pdf").status_code == 202


def test_what_is_too_large_is_refused_before_it_is_read(house: LiveHouse) -> None:
    with socket.create_connection(("127.0.0.1", house.web_port), 10) as sender:
        sender.sendall(
            b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n"
            b"Content-Type: multipart/form-data; boundary=XX\r\n\r\n"
        )
        answer = b""
        while not answer.endswith(b"}"):
            answer += sender.recv(65536)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"too_large"' in answer


def test_what_grows_too_large_while_it_streams_is_refused_and_dropped(
    house: LiveHouse, client: httpx2.Client
) -> None:
    def endless():
        yield form(("file", "a.pdf", b""), ends=False)[0][:-2]
        for _ in range(8):
            yield b"x" * MB

    answer = client.post(
        "/v1/jobs",
        content=endless(),
        headers={"Content-Type": "multipart/form-data; boundary=XX"},
    )
    assert answer.status_code == 413
    assert "4 MB" in answer.json()["detail"]
    assert house.files() == []


def test_an_upload_cut_off_midway_leaves_nothing(house: LiveHouse) -> None:
    body, _ = form(("file", "a.pdf", b"x" * 3 * MB))
    with socket.create_connection(("127.0.0.1", house.web_port), 10) as sender:
        sender.sendall(
            b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n"
            b"Content-Type: multipart/form-data; boundary=XX\r\n\r\n" % len(body)
        )
        sender.sendall(body[: 2 * MB + 77])
    with house.client() as client:
        deadline = threading.Event()
        for _ in range(500):  # the server sees the loss a moment later
            if cut_uploads(client):
                break
            deadline.wait(0.02)
        assert cut_uploads(client) == 1
        assert client.get("/v1/jobs").json()["jobs"] == []
    assert house.files() == []


def cut_uploads(client: httpx2.Client) -> int:
    text = client.get("/metrics").text
    return text.count('pagemill_http_requests_total{method="POST",route="/v1/jobs",status="400"}')


def test_equal_keys_make_one_job(house: LiveHouse, client: httpx2.Client) -> None:
    first = post(client, house.pdf, headers={"Idempotency-Key": "k1"})
    again = post(client, house.pdf, headers={"Idempotency-Key": "k1"})
    assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
    assert again.headers["idempotent-replay"] == "true"
    other = post(client, house.pdf, engine="text", headers={"Idempotency-Key": "k1"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    assert len(client.get("/v1/jobs").json()["jobs"]) == 1


def test_two_clients_at_once_with_one_key_get_the_same_job(house: LiveHouse) -> None:
    start, ids = threading.Barrier(8), []

    def send() -> None:
        with house.client() as client:
            start.wait(10)
            ids.append(post(client, house.pdf, headers={"Idempotency-Key": "k"}).json()["id"])

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(ids) == 8
    assert len(set(ids)) == 1


def test_a_password_is_never_shown(house: LiveHouse, client: httpx2.Client) -> None:
    answer = post(client, house.pdf, password="open sesame")
    ref = answer.json()["id"]
    house.worker.work_off()
    events = client.get(f"/v1/jobs/{ref}/events").text
    shown = answer.text + client.get(f"/v1/jobs/{ref}").text + events + client.get("/v1/jobs").text
    assert "sesame" not in shown
    assert house.service.ledger.password(ref) == "open sesame"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:/temp/b.pdf", "b.pdf"),
        ("a\x00\x1bb\u202efdp.exe", "abfdp.exe"),
        ("…/", "…"),
        ("..", "document"),
        ("x" * 400 + ".pdf", "x" * 251 + ".pdf"),
        ("<img src=x onerror=alert(1)>.pdf", "<img src=x onerror=alert(1)>.pdf"),
    ],
)
def test_hostile_file_names_are_made_harmless(
    house: LiveHouse, client: httpx2.Client, sent: str, kept: str
) -> None:
    answer = client.post(
        "/v1/jobs",
        files={"file": ("a.pdf", house.pdf)},
        data={"filename": sent},
    )
    assert answer.json()["document"]["filename"] == kept


def test_another_web_site_cannot_give_orders(house: LiveHouse, client: httpx2.Client) -> None:
    answer = post(client, house.pdf, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert post(client, house.pdf, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 202


def test_bytes_that_are_not_those_announced_are_refused_and_not_kept(
    house: LiveHouse, client: httpx2.Client
) -> None:
    announced = sha256(house.pdf).hexdigest()
    refused = post(client, house.pdf + b"\n", sha256=announced)
    assert (refused.status_code, refused.json()["code"]) == (400, "upload_cut")
    assert house.files() == []
    taken = post(client, house.pdf, sha256=announced)
    assert (taken.status_code, taken.json()["document"]["sha256"]) == (202, announced)
