"""`pagemill ingest --url`: the same errand with a server that makes the jobs, whatever it does."""

import json
import os
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.ingest_kit import a_house, jobs_of, make_folder, put
from pagemill.cli import main
from pagemill.testing.documents import text_pdf
from web_house import LiveHouse, open_service, serving

Told = dict[str, object]


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is remembered of servers lies in a folder of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "pagemill" / "ingest"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[LiveHouse]:
    with a_house(tmp_path / "house") as house:
        yield house


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "in")


@pytest.fixture
def ingest(house: LiveHouse, capfd: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    """Runs the command here; what it counted, with its exit code and what it said to people."""

    def run(*arguments: object, code: int = 0) -> Told:
        capfd.readouterr()
        asked = ("ingest", *map(str, arguments), "--url", house.url, "--json")
        done = main(asked)
        told = capfd.readouterr()
        assert done == code, told.err
        # The server logs here, too.
        counted = re.search(r"^\{$.*?^\}$", told.out, re.MULTILINE | re.DOTALL)
        return {**(json.loads(counted[0]) if counted else {}), "said": told.err}

    return run


def counts(told: Told) -> tuple[object, ...]:
    return tuple(told[name] for name in ("accepted", "duplicate", "known", "refused"))


def test_every_file_of_a_folder_becomes_one_job_and_no_bytes_two(
    house: LiveHouse, ingest: Callable[..., Told], folder: Path
) -> None:
    assert counts(ingest(folder)) == (5, 1, 0, 0)
    jobs = jobs_of(house)
    assert len(jobs) == len({job.document.sha256 for job in jobs}) == 5
    names = {job.filename for job in jobs} - {"a.pdf", "again.pdf"}
    assert names == {"b.pdf", "c.pdf", "d.pdf", "e.pdf"}


def test_a_second_run_sends_and_reads_nothing(
    house: LiveHouse, ingest: Callable[..., Told], folder: Path
) -> None:
    ingest(folder)
    rings = house.bell.rings
    for path in folder.rglob("*.pdf"):
        before = path.stat()
        path.write_bytes(b"?" * before.st_size)  # would be refused, if anybody looked
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert counts(ingest(folder)) == (0, 0, 6, 0)
    assert house.bell.rings == rings
    assert len(jobs_of(house)) == 5


def test_when_nothing_is_remembered_here_the_server_says_what_it_has(
    house: LiveHouse, ingest: Callable[..., Told], folder: Path, state: Path
) -> None:
    ingest(folder)
    rings = house.bell.rings
    for path in state.iterdir():
        path.unlink()
    assert counts(ingest(folder)) == (0, 6, 0, 0)
    assert house.bell.rings == rings


def test_a_job_that_was_deleted_is_not_made_again(
    house: LiveHouse, ingest: Callable[..., Told], folder: Path
) -> None:
    ingest(folder)
    for job in jobs_of(house):
        house.service.delete(job.id)
    assert counts(ingest(folder)) == (0, 0, 6, 0)
    assert jobs_of(house) == []


def test_new_and_changed_files_are_sent(
    house: LiveHouse, ingest: Callable[..., Told], folder: Path
) -> None:
    ingest(folder)
    put(folder / "new.pdf", text_pdf(["The text of something new"]))
    put(folder / "b.pdf", text_pdf(["The text of b, corrected"]))
    (folder / "deep" / "c.pdf").rename(folder / "moved.pdf")
    assert counts(ingest(folder)) == (2, 1, 4, 0)
    assert len(jobs_of(house)) == 7


def test_other_options_make_other_jobs(
    house: LiveHouse, ingest: Callable[..., Told], folder: Path
) -> None:
    ingest(folder)
    assert counts(ingest(folder, "--engine", "text", "--priority", "3")) == (5, 1, 0, 0)
    assert counts(ingest(folder, "--engine", "text")) == (0, 0, 6, 0)
    engines = [(job.options.engine, job.priority) for job in jobs_of(house)]
    assert sorted(engines) == [("auto", 10)] * 5 + [("text", 3)] * 5


def test_equal_bytes_in_different_batches_are_one_job(
    house: LiveHouse, ingest: Callable[..., Told], tmp_path: Path
) -> None:
    for number in range(60):
        put(tmp_path / "in" / f"{number}.pdf", text_pdf([f"Text {number % 3}"]))
    assert counts(ingest(tmp_path / "in", "--batch", "1", "--io", "8")) == (3, 57, 0, 0)
    assert len(jobs_of(house)) == 3


def test_the_jobs_are_those_of_whoever_the_token_names(
    house: LiveHouse, ingest: Callable[..., Told], folder: Path
) -> None:
    ann, bob = house.let_in("ann"), house.let_in("bob")
    assert counts(ingest(folder, "--token", ann)) == (5, 1, 0, 0)
    assert counts(ingest(folder, "--token", bob)) == (5, 1, 0, 0)
    assert counts(ingest(folder, "--token", ann)) == (0, 0, 6, 0)
    assert len(jobs_of(house, "ann")) == len(jobs_of(house, "bob")) == 5


def test_another_ledger_at_the_same_address_gets_everything(
    ingest: Callable[..., Told], folder: Path, tmp_path: Path, house: LiveHouse
) -> None:
    ingest(folder)
    root = tmp_path / "other"
    root.mkdir()
    service = open_service(root)
    with serving(service, root) as other:
        assert main(["ingest", str(folder), "--url", other.url, "-q"]) == 0
        assert len(jobs_of(other)) == 5
    service.ledger.close()


def test_what_is_no_document_is_refused_without_being_sent_and_said_again(
    house: LiveHouse, ingest: Callable[..., Told], tmp_path: Path
) -> None:
    put(tmp_path / "in" / "empty.pdf", b"")
    put(tmp_path / "in" / "letter.pdf", b"Dear sir or madam")
    for _ in range(2):
        told = ingest(tmp_path / "in", code=1)
        assert counts(told) == (0, 0, 0, 2)
        assert told["refused_by_code"] == {"empty_file": 1, "not_a_document": 1}
        assert "empty.pdf: The file is empty." in str(told["said"])
    assert house.bell.rings == 0


def test_what_the_server_refuses_is_the_files_own_trouble_and_tried_again(
    house: LiveHouse, ingest: Callable[..., Told], folder: Path
) -> None:
    put(folder / "huge.pdf", text_pdf(["Huge"]) + b"\n" * 5 * 1024 * 1024)
    told = ingest(folder, code=1)
    assert counts(told) == (5, 1, 0, 1)
    assert told["refused_by_code"] == {"too_large": 1}
    assert counts(ingest(folder, code=1)) == (0, 0, 6, 1)
    put(folder / "huge.pdf", text_pdf(["Not huge any more"]))
    assert counts(ingest(folder)) == (1, 0, 6, 0)


def test_names_of_any_bytes_and_length_come_through(
    house: LiveHouse, ingest: Callable[..., Told], tmp_path: Path
) -> None:
    long = "x" * 196 + ".pdf"
    put(tmp_path / "in" / long, text_pdf(["Long"]))
    put(tmp_path / "in" / 'quo"ted\n.pdf', text_pdf(["Odd"]))
    put(Path(os.fsdecode(os.fsencode(tmp_path / "in") + b"/br\xfcder.pdf")), text_pdf(["Latin"]))
    assert counts(ingest(tmp_path / "in")) == (3, 0, 0, 0)
    assert counts(ingest(tmp_path / "in")) == (0, 0, 3, 0)
    assert {job.filename for job in jobs_of(house)} == {long, 'quo"ted.pdf', "brder.pdf"}


def test_a_dry_run_sends_nothing(
    house: LiveHouse, ingest: Callable[..., Told], folder: Path
) -> None:
    assert counts(ingest(folder, "--dry-run"))[0] == 6
    assert jobs_of(house) == []
    ingest(folder)
    assert counts(ingest(folder, "--dry-run")) == (0, 0, 6, 0)


@pytest.mark.parametrize("arguments", [("--user", "ann"), ("--link",), ("--engine", "magic")])
def test_what_makes_no_sense_on_a_server_is_wrong_use(
    ingest: Callable[..., Told], folder: Path, arguments: tuple[str, ...], house: LiveHouse
) -> None:
    ingest(folder, *arguments, code=2)
    assert jobs_of(house) == []


def test_a_server_that_is_set_is_used_unless_a_data_folder_is_named(
    house: LiveHouse, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEMILL_URL", house.url)
    assert main(["ingest", str(folder), "--data", str(tmp_path / "data"), "-q"]) == 0
    assert jobs_of(house) == []
    assert main(["ingest", str(folder), "-q"]) == 0
    assert len(jobs_of(house)) == 5


def test_nobody_there_at_first_is_said_at_once(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        assert main(["ingest", str(folder), "--url", url]) == 3
    assert "Start one with `pagemill serve`" in capfd.readouterr().err


def test_a_token_that_is_not_let_in_ends_it_with_the_next_step(
    house: LiveHouse, ingest: Callable[..., Told], folder: Path
) -> None:
    told = ingest(folder, "--token", "pm_nonsense", code=2)
    assert "`pagemill user token` makes another" in str(told["said"])
    reader = house.let_in("eve", scopes=["read"])
    told = ingest(folder, "--token", reader, code=2)
    assert "Use a token with that scope" in str(told["said"])
    assert jobs_of(house) == []
