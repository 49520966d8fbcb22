"""Names given to `/convert`: none leads out of the input folder, or to anything but a file."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import pytest

from web.dialects.speaking import MB, house_with, problem_of
from web_house import LiveHouse


@pytest.fixture
def house(tmp_path: Path) -> Iterator[LiveHouse]:
    """Its input folder holds `document.pdf` and whatever somebody might try to reach from it."""
    folder = tmp_path / "input"
    (folder / "folder").mkdir(parents=True)
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(b"%PDF of somebody else")
    for name in ("document.pdf", ".hidden.pdf", "folder/inner.pdf"):
        (folder / name).write_bytes(b"%PDF of everybody")
    (folder / "link.pdf").symlink_to(secret)
    (folder / "inner.pdf").symlink_to(folder / "document.pdf")
    (folder / "away").symlink_to(tmp_path)
    (folder / "nowhere.pdf").symlink_to(tmp_path / "nothing")
    (folder / "zero").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe")
    os.mknod(folder / "socket", stat.S_IFSOCK | 0o600)
    with house_with(tmp_path, input_folder=folder) as live:
        yield live


def multipart(name: str) -> bytes:
    head = b'--XX\r\nContent-Disposition: form-data; name="filename"\r\n\r\n'
    return head + name.encode() + b"\r\n--XX--\r\n"


def nothing_was_kept(house: LiveHouse) -> bool:
    with house.client() as client:
        return house.files() == [] and client.get("/v1/jobs").json()["jobs"] == []


@pytest.mark.parametrize(
    "name",
    [
        ".",
        "..",
        "../secret.pdf",
        "folder/../../secret.pdf",
        "folder/inner.pdf",
        "folder/",
        "folder",
        "./document.pdf",
        "document.pdf/",
        "document.pdf/.",
        "//document.pdf",
        "%2e%2e%2fsecret.pdf",
        "..%2fsecret.pdf",
        "%2e%2e/secret.pdf",
        "%252e%252e%252fsecret.pdf",
        "..%c0%afsecret.pdf",
        "\uff0e\uff0e/secret.pdf",
        "\u2025/secret.pdf",
        "..\\secret.pdf",
        "folder\\inner.pdf",
        "C:\\secret.pdf",
        "\\\\host\\share",
        "/etc/passwd",
        "file:///etc/passwd",
        "~",
        "~root/.profile",
        "$HOME",
        "document.*",
        "*",
        ".hidden.pdf",
        "document.pdf\0",
        "document.pdf\0.png",
        "\0",
        "document.pdf\n",
        " document.pdf",
        "DOCUMENT.PDF",
        "x" * 256,
        "ö" * 200,
        "x" * 100_000,
        "link.pdf",
        "inner.pdf",
        "nowhere.pdf",
        "away",
        "away/secret.pdf",
        "zero",
        "/dev/zero",
        "pipe",
        "socket",
    ],
)
def test_only_a_plain_file_in_the_input_folder_itself_is_converted(
    house: LiveHouse, client: httpx2.Client, name: str
) -> None:
    for content, kind in (
        (urlencode({"filename": name}).encode(), "application/x-www-form-urlencoded"),
        (multipart(name), "multipart/form-data; boundary=XX"),
    ):
        answer = client.post("/convert", content=content, headers={"Content-Type": kind})
        assert problem_of(answer) == (404, "file_not_found")
        assert "somebody else" not in answer.text
    assert nothing_was_kept(house)


def test_a_device_in_the_input_folder_is_not_read(house: LiveHouse, client: httpx2.Client) -> None:
    device = house.root / "input" / "device"
    try:
        os.mknod(device, stat.S_IFCHR | 0o600, os.makedev(1, 5))
    except PermissionError:
        device.symlink_to("/dev/zero")
    answer = client.post("/convert", data={"filename": "device"})
    assert problem_of(answer) == (404, "file_not_found")


def test_what_is_refused_keeps_no_file_open(house: LiveHouse, client: httpx2.Client) -> None:
    names = ("folder", "pipe", "link.pdf", "zero", "socket", "absent")

    def refuse_all() -> int:
        for name in names:
            assert client.post("/convert", data={"filename": name}).status_code == 404
        return sum(1 for _ in Path("/proc/self/fd").iterdir())

    before = refuse_all()
    assert max(refuse_all() for _ in range(20)) <= before + 5


def test_a_file_in_the_input_folder_is_bounded_as_uploads_are(tmp_path: Path) -> None:
    folder = tmp_path / "input"
    folder.mkdir()
    with (folder / "large.pdf").open("wb") as file:
        file.truncate(100 * MB)
    with house_with(tmp_path, input_folder=folder) as house, house.client() as client:
        answer = client.post("/convert", data={"filename": "large.pdf"})
        assert problem_of(answer) == (413, "too_large")
        assert nothing_was_kept(house)


def test_an_input_folder_that_is_not_there_holds_no_files(tmp_path: Path) -> None:
    with house_with(tmp_path, input_folder=tmp_path / "none") as house, house.client() as client:
        answer = client.post("/convert", data={"filename": "document.pdf"})
        assert problem_of(answer) == (404, "file_not_found")
