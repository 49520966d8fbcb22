"""Requests that mean no good, or make no sense, to every API: refused as problems, never obeyed,
and nothing of them is kept.
"""

from collections.abc import Iterator
from urllib.parse import quote

import httpx2
import pytest

from web.dialects.speaking import MB, problem_of, upload
from web_house import LiveHouse

FORM = {"Content-Type": "multipart/form-data; boundary=XX"}
JSON = {"Content-Type": "application/json"}
UPLOADS = ("/jobs/create", "/process_pdf", "/convert", "/api/upload")
JSON_ROUTES = (
    ("POST", "/api/extract/{}"),
    ("POST", "/api/process-async"),
    ("PUT", "/api/settings"),
)
ID_ROUTES = (
    ("GET", "/jobs/{}"),
    ("GET", "/jobs/{}/download"),
    ("GET", "/jobs/{}/metadata"),
    ("DELETE", "/jobs/{}"),
    ("GET", "/result/{}/status"),
    ("GET", "/result/{}/markdown"),
    ("GET", "/result/{}/output.mmd"),
    ("GET", "/result/{}/output_det.mmd"),
    ("GET", "/result/{}/output_layouts.pdf"),
    ("GET", "/result/{}/images"),
    ("GET", "/result/{}/images/0_0.jpg"),
    ("GET", "/result/{}/zip"),
    ("GET", "/conversion-status/{}"),
    ("POST", "/api/extract/{}"),
    ("GET", "/api/task/{}"),
)
STRANGE = (
    "'",
    '"',
    "' OR '1'='1",
    "'; DROP TABLE job; --",
    "%",
    "_",
    "*",
    "\\",
    "\0",
    "a\0b",
    "\n",
    "a\r\nX-Evil: yes",
    "🦄",
    "ℐ𝒹",
    "\u202egnp.exe",
    "<script>alert(1)</script>",
    "{}",
    "null",
    "0",
    "-1",
    "a b",
    "#",
    "?x=1",
    ";",
    "..",
    "../..",
    "/etc/passwd",
    "x" * 201,
    "x" * 10_240,
    "🦄" * 2000,
)
UNDECODABLE = ("%ff", "%c3%28", "%ed%a0%80", "%", "%zz", "%u0041", "%252e%252e")


def form(*parts: tuple[str, str | None, bytes], ends: bool = True) -> bytes:
    """Parts of name, file name and content; the names as they stand."""
    body = b""
    for name, filename, data in parts:
        extra = "" if filename is None else f'; filename="{filename}"'
        body += f'--XX\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'.encode()
        body += data + b"\r\n"
    return body + b"--XX--\r\n" if ends else body


def strange_ids() -> Iterator[str]:
    """As they stand in an address."""
    for one in STRANGE:
        yield quote(one, safe="").replace(".", "%2E")
    yield from UNDECODABLE


def nothing_was_kept(house: LiveHouse) -> bool:
    with house.client() as client:
        return house.files() == [] and client.get("/v1/jobs").json()["jobs"] == []


# Ids.


@pytest.mark.parametrize(("method", "route"), ID_ROUTES)
def test_strange_ids_are_not_found(
    house: LiveHouse, client: httpx2.Client, method: str, route: str
) -> None:
    for one in strange_ids():
        answer = client.request(method, route.format(one))
        assert problem_of(answer)[0] in (404, 422), one
        assert "X-Evil" not in answer.headers
        assert len(answer.content) < 2000


def test_strange_names_of_pictures_are_not_found(house: LiveHouse, client: httpx2.Client) -> None:
    job_id = house.submit(outputs="markdown,images")["id"]
    house.worker.work_off()
    for name in strange_ids():
        answer = client.get(f"/result/{job_id}/images/{name}")
        assert problem_of(answer)[0] in (404, 422), name


def test_an_id_in_a_body_may_be_strange_too(house: LiveHouse, client: httpx2.Client) -> None:
    for one in STRANGE:
        answer = client.post("/api/process-async", json={"file_id": one})
        assert problem_of(answer) == (404, "upload_not_found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/jobs/create/x"),
        ("POST", "/jobs"),
        ("PUT", "/jobs/x"),
        ("GET", "/process_pdf"),
        ("POST", "/tasks"),
        ("GET", "/convert"),
        ("GET", "/api/upload"),
        ("GET", "/api/extract/x"),
        ("GET", "/api/process-async"),
        ("DELETE", "/api/task/x"),
        ("GET", "/api/queue/requeue-failed"),
        ("POST", "/api/queue/stats"),
        ("DELETE", "/api/settings"),
        ("GET", "/result"),
        ("GET", "/ws/conversion/x"),
    ],
)
def test_another_method_or_address_is_a_problem(
    client: httpx2.Client, method: str, path: str
) -> None:
    assert problem_of(client.request(method, path))[0] in (404, 405)


@pytest.mark.parametrize(("method", "route"), [("DELETE", "/jobs/x"), ("GET", "/api/task/x")])
def test_a_body_where_none_belongs_does_no_harm(
    client: httpx2.Client, method: str, route: str
) -> None:
    answer = client.request(method, route, content=b"[" * 2 * MB, headers=JSON)
    assert problem_of(answer)[0] in (404, 413)


# Forms.


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (b"", "", "invalid_request"),
        (b"%PDF", "application/pdf", "invalid_request"),
        (b"%PDF", "text/plain", "invalid_request"),
        (b"{}", "application/json", "invalid_request"),
        (b"", "application/x-www-form-urlencoded", "no_file"),
        (b"file=x", "application/x-www-form-urlencoded", "no_file"),
        (b"\xff=\xfe", "application/x-www-form-urlencoded", "invalid_request"),
        (b"a&" * 2000, "application/x-www-form-urlencoded", "invalid_request"),
        (b"", "multipart/form-data; boundary=XX", "upload_cut"),
        (b"--XX--\r\n", "multipart/form-data", "invalid_request"),
        (b"--XX--\r\n", "multipart/form-data; boundary=", "invalid_request"),
        (b"--XX--\r\n", "multipart/form-data; boundary=XX", "no_file"),
        (b"rubbish" * 50, "multipart/form-data; boundary=XX", "invalid_request"),
        (form(("file", "", b"")), "multipart/form-data; boundary=XX", "no_file"),
        (form(("File", "a", b"1")), "multipart/form-data; boundary=XX", "no_file"),
        (form(("files", "a", b"1")), "multipart/form-data; boundary=XX", "no_file"),
        (
            form(("file", "a", b"1"), ("file", "b", b"2")),
            "multipart/form-data; boundary=XX",
            "invalid_request",
        ),
        (
            form(("file", "a", b"1"), ("prompt", None, b"\xff\xfe")),
            "multipart/form-data; boundary=XX",
            "invalid_request",
        ),
        (
            form(("file", "a", b"1"), ends=False),
            "multipart/form-data; boundary=XX",
            "upload_cut",
        ),
        (
            form(("file", "a", b"1")) + b"--XX\r\n",
            "multipart/form-data; boundary=YY",
            "invalid_request",
        ),
        (
            form(("file", "a", b"1"), ("prompt", None, b"y" * 2 * MB)),
            "multipart/form-data; boundary=XX",
            "too_large",
        ),
        (
            form(("file", "a", b"1"), *(("x", None, b""),) * 1001),
            "multipart/form-data; boundary=XX",
            "invalid_request",
        ),
        (b"--XX\r\nX: " + b"y" * 2 * MB, "multipart/form-data; boundary=XX", "too_large"),
    ],
)
def test_a_form_that_makes_no_sense_is_refused_and_nothing_is_kept(
    house: LiveHouse, client: httpx2.Client, body: bytes, content_type: str, code: str
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    for route in UPLOADS:
        answer = client.post(route, content=body, headers=headers)
        assert problem_of(answer)[1] == code, route
    assert nothing_was_kept(house)


@pytest.mark.parametrize("size", [10_001, 1_000_000])
def test_a_prompt_has_its_bound(house: LiveHouse, client: httpx2.Client, size: int) -> None:
    body = form(("file", "a.pdf", house.pdf), ("prompt", None, b"p" * size))
    answer = client.post("/jobs/create", content=body, headers=FORM)
    assert problem_of(answer) == (422, "invalid_request")
    assert "10,000" in answer.json()["hint"]
    assert nothing_was_kept(house)


def test_the_longest_prompt_comes_back_whole(house: LiveHouse, client: httpx2.Client) -> None:
    prompt = "\x01" * 10_000
    body = form(("file", "a.pdf", house.pdf), ("prompt", None, prompt.encode()))
    made = client.post("/jobs/create", content=body, headers=FORM).json()
    assert client.get(f"/jobs/{made['job_id']}").json()["prompt"] == prompt


@pytest.mark.parametrize(
    "prompt",
    ["<script>alert(1)</script>", "\"'\\", "\0", "\u202e", "🦄", "{{7*7}}", "%s%n", "\r\n"],
)
def test_a_prompt_may_hold_anything(house: LiveHouse, client: httpx2.Client, prompt: str) -> None:
    body = form(("file", "a.pdf", house.pdf), ("prompt", None, prompt.encode()))
    made = client.post("/jobs/create", content=body, headers=FORM).json()
    told = client.get(f"/jobs/{made['job_id']}")
    assert told.json()["prompt"] == prompt
    assert told.headers["content-type"] == "application/json"


def test_a_field_that_comes_as_a_file_is_a_field(house: LiveHouse, client: httpx2.Client) -> None:
    body = form(("file", "a.pdf", house.pdf), ("prompt", "prompt.txt", b"Free OCR."))
    made = client.post("/jobs/create", content=body, headers=FORM).json()
    assert client.get(f"/jobs/{made['job_id']}").json()["prompt"] == "Free OCR."
    body = form(("filename", "x.txt", b"../secret.pdf"))
    answer = client.post("/convert", content=body, headers=FORM)
    assert problem_of(answer) == (404, "file_not_found")


@pytest.mark.parametrize("route", UPLOADS)
def test_a_file_that_comes_as_a_field_is_a_file(
    house: LiveHouse, client: httpx2.Client, route: str
) -> None:
    answer = client.post(route, content=form(("file", None, house.pdf)), headers=FORM)
    assert (answer.status_code, answer.json()["filename"]) == (200, "document")


@pytest.mark.parametrize("route", UPLOADS)
def test_an_empty_file_is_taken_and_its_job_will_say_so(client: httpx2.Client, route: str) -> None:
    answer = client.post(route, content=form(("file", "empty.pdf", b"")), headers=FORM)
    assert (answer.status_code, answer.json()["filename"]) == (200, "empty.pdf")


# JSON.


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"[{}]",
        b"null",
        b"true",
        b'"text"',
        b"7",
        b"{",
        b"{} {}",
        b"{'async': true}",
        b'{"async": t}',
        b"\xff",
        b"\xef\xbb\xbf[]",
        b"async=true",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a": "\\ud800", "async": 1, "file_id": 1, "concurrent_ocr_jobs": "x"}',
    ],
)
def test_json_that_makes_no_sense_is_refused(
    house: LiveHouse, client: httpx2.Client, body: bytes
) -> None:
    for method, route in JSON_ROUTES:
        path = route.format(upload(house))
        answer = client.request(method, path, content=body, headers=JSON)
        assert problem_of(answer) == (422, "invalid_request"), route
    assert client.get("/v1/jobs").json()["jobs"] == []


@pytest.mark.parametrize(("method", "route"), JSON_ROUTES)
def test_json_has_its_bound(
    house: LiveHouse, client: httpx2.Client, method: str, route: str
) -> None:
    body = b'{"x": "' + b"y" * 3 * MB + b'"}'
    answer = client.request(method, route.format(upload(house)), content=body, headers=JSON)
    assert problem_of(answer) == (413, "too_large")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_of_another_kind_is_refused_if_it_is_no_json(
    house: LiveHouse, client: httpx2.Client, content_type: str
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    path = f"/api/extract/{upload(house)}"
    answer = client.post(path, content=b"async=true", headers=headers)
    assert problem_of(answer) == (422, "invalid_request")
