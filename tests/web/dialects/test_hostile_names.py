"""File names from strangers, and uploads that are too large or never end, through every API."""

import json
import re
import socket
import unicodedata
from collections.abc import Iterator

import httpx2
import pytest

from web.dialects.speaking import MB, problem_of, wait_until
from web_house import LiveHouse

FORM = {"Content-Type": "multipart/form-data; boundary=XX"}
UPLOADS = ("/jobs/create", "/process_pdf", "/convert", "/api/upload")
SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,160}")
SAFE_HEADER = re.compile(
    r"(inline|attachment); filename=\"[ !#-\[\]-~]+\"; filename\*=UTF-8''[A-Za-z0-9._~%-]+"
)
NAMES = [
    '"<img src=x onerror=alert(1)>.pdf"',
    '"\\"><script>alert(1)</script>.pdf"',
    '"a\\\\"b.pdf"',
    '"a\'b;c=d.pdf"',
    "unquoted.pdf",
    '""',
    '"%0D%0ASet-Cookie: x=1.pdf"',
    '"a\tb\x0b\x1b[31mc\x00d.pdf"',
    '"a\u2028b\u0085c.pdf"',
    '"fdp.\u202egnp.exe"',
    '"\u200b\u200e\u2066.pdf"',
    '"."',
    '".."',
    '"......"',
    '". . ."',
    '"../../../etc/passwd"',
    '"/"',
    '"C:\\\\fakepath\\\\scan.pdf"',
    '"-rf"',
    '"; rm -rf *; $(id) `id`.pdf"',
    '"${jndi:ldap://x/y}.pdf"',
    f'"{"x" * 3000}.pdf"',
    f'"{"🦄" * 300}"',
    f'"a.{"x" * 300}"',
    "a.pdf; filename*=UTF-8''%0d%0aX-Evil%3a%20yes.pdf",
]


def bring(client: httpx2.Client, route: str, content: bytes, name: str) -> httpx2.Response:
    """A form whose file is called `name`, which stands as it is behind `filename=`."""
    head = f'--XX\r\nContent-Disposition: form-data; name="file"; filename={name}\r\n\r\n'
    body = head.encode() + content + b"\r\n--XX--\r\n"
    return client.post(route, content=body, headers=FORM)


# Names.


@pytest.mark.parametrize("name", NAMES)
def test_any_file_name_is_made_harmless_in_ids_headers_and_json(
    house: LiveHouse, client: httpx2.Client, name: str
) -> None:
    for route in UPLOADS:
        answer = bring(client, route, house.pdf, name)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert is_harmless(told["filename"])
        ids = [value for key, value in told.items() if key.endswith("_id")]
        assert len(ids) == 1
        assert SAFE_ID.fullmatch(ids[0])
        assert ids[0] not in (".", "..")
    house.worker.work_off()
    for job in client.get("/jobs").json()["jobs"]:
        for path in (f"/jobs/{job['job_id']}/download", f"/result/{job['job_id']}/zip"):
            fetched = client.get(path)
            assert fetched.status_code == 200
            assert SAFE_HEADER.fullmatch(fetched.headers["content-disposition"])
            assert "x-evil" not in fetched.headers


def is_harmless(name: str) -> bool:
    """No control, format or unpaired characters, no folders, not too long."""
    is_plain = not any(unicodedata.category(c)[0] == "C" or c in "/\\" for c in name)
    return is_plain and 0 < len(name) <= 255 and name.strip(". ") != ""


@pytest.mark.parametrize("name", ["<script>.pdf", "a\u2028b.pdf", "größer 🦄.pdf"])
def test_a_name_is_plain_json_wherever_it_is_told(
    house: LiveHouse, client: httpx2.Client, name: str
) -> None:
    made = client.post("/jobs/create", files={"file": (name, house.pdf)}).json()
    for path in (
        f"/jobs/{made['job_id']}",
        f"/result/{made['job_id']}/status",
        f"/conversion-status/{made['job_id']}",
    ):
        answer = client.get(path)
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert json.loads(answer.content)["filename"] == made["filename"]


# Uploads that are too large, or never end.


@pytest.mark.parametrize("route", UPLOADS)
def test_what_says_that_it_is_too_large_is_refused_before_it_is_sent(
    house: LiveHouse, route: str
) -> None:
    with socket.create_connection(("127.0.0.1", house.web_port), 30) as sender:
        sender.sendall(
            f"POST {route} HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n"
            "Content-Type: multipart/form-data; boundary=XX\r\n\r\n".encode()
        )
        answer = b""
        while not answer.endswith(b"}"):
            answer += sender.recv(65536)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"too_large"' in answer
    assert house.files() == []


@pytest.mark.parametrize("route", UPLOADS)
def test_what_grows_too_large_is_refused_while_it_is_sent(house: LiveHouse, route: str) -> None:
    head = b'--XX\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    with socket.create_connection(("127.0.0.1", house.web_port), 30) as sender:
        sender.sendall(
            f"POST {route} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
            "Content-Type: multipart/form-data; boundary=XX\r\n\r\n".encode()
        )
        sender.sendall(chunk(head))
        answer = b""
        sender.settimeout(0.05)
        for _ in range(200):
            sender.sendall(chunk(bytes(MB // 4)))
            try:
                answer = sender.recv(65536)
            except TimeoutError:
                continue
            break
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert house.files() == []


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


@pytest.mark.parametrize("route", UPLOADS)
def test_a_refused_upload_says_why_to_a_client_that_sends_it_whole(
    house: LiveHouse, client: httpx2.Client, route: str
) -> None:
    def endless() -> Iterator[bytes]:
        yield b'--XX\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
        for _ in range(8):
            yield bytes(MB)

    answer = client.post(route, content=endless(), headers=FORM)
    assert problem_of(answer) == (413, "too_large")
    assert "4 MB" in answer.json()["detail"]
    assert house.files() == []


@pytest.mark.parametrize("route", UPLOADS)
def test_what_breaks_off_leaves_nothing(
    house: LiveHouse, client: httpx2.Client, route: str
) -> None:
    head = b'--XX\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    with socket.create_connection(("127.0.0.1", house.web_port), 30) as sender:
        sender.sendall(
            f"POST {route} HTTP/1.1\r\nHost: x\r\nContent-Length: {3 * MB}\r\n"
            "Content-Type: multipart/form-data; boundary=XX\r\n\r\n".encode()
        )
        sender.sendall(head + bytes(2 * MB))
    figure = f'pagemill_http_requests_total{{method="POST",route="{route}",status="400"}}'
    wait_until(lambda: figure in client.get("/metrics").text)
    assert house.files() == []
    assert client.get("/v1/jobs").json()["jobs"] == []
