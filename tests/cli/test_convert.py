"""`pagemill convert` from end to end: real processes, real pages, and a real kill."""

import json
import os
import re
import signal

import pytest

from pagemill.app.house import open_house
from pagemill.model.task import TaskState
from pagemill.ports import JobQuery
from pagemill.settings import load_settings
from pagemill.testing.documents import encrypted_pdf, holed_pdf, picture, text_pdf

SLOW = {"plugins": "pagemill.testing.engines:SlowEngine"}
LEAVES = 30


def pages_of(folder):
    """Every page of the one job in the ledger, by number."""
    house = open_house(load_settings(data=folder / "pagemill-data"))
    try:
        (job,) = house.service.list(JobQuery())
        return {page.number: page for page in house.service.pages(job.id)}
    finally:
        house.close()


def leaves_in(markdown):
    """Numbers of the pages in the order they stand in."""
    return [int(number) for number in re.findall(r"This is leaf (\d+)", markdown)]


def test_one_file_is_printed_as_markdown(run, tmp_path):
    (tmp_path / "doc.pdf").write_bytes(text_pdf(3))
    done = run("convert", "doc.pdf")
    assert done.returncode == 0
    assert leaves_in(done.stdout) == [1, 2, 3]
    assert re.fullmatch(r"doc\.pdf: 3 pages in [\d.]+ s", done.stderr.splitlines()[-1])


def test_a_picture_is_read_by_ocr(run, tmp_path):
    (tmp_path / "scan.png").write_bytes(picture("# Harbour report\nThe ship left at dawn."))
    done = run("convert", "scan.png", "-q")
    assert (done.returncode, done.stderr) == (0, "")
    assert "ship left at dawn" in done.stdout


def test_several_files_go_to_a_folder_each_under_its_own_name(run, tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "doc.pdf").write_bytes(text_pdf(2))
    (tmp_path / "b" / "doc.pdf").write_bytes(text_pdf(3))
    done = run("convert", "doc.pdf", "b/doc.pdf", "-o", "out", "--outputs", "markdown,json,images")
    assert done.returncode == 0, done.stderr
    assert leaves_in((tmp_path / "out" / "doc.md").read_text()) == [1, 2]
    assert leaves_in((tmp_path / "out" / "doc-2.md").read_text()) == [1, 2, 3]
    assert json.loads((tmp_path / "out" / "doc.json").read_text())
    assert done.stdout == ""


def test_only_the_pages_asked_for_are_read(run, tmp_path):
    (tmp_path / "doc.pdf").write_bytes(text_pdf(9))
    done = run("convert", "doc.pdf", "--pages", "2,7-8", "-q")
    assert leaves_in(done.stdout) == [2, 7, 8]


def test_a_page_that_cannot_be_read_is_named_and_the_rest_is_there(run, tmp_path):
    (tmp_path / "doc.pdf").write_bytes(holed_pdf(4, [3]))
    done = run("convert", "doc.pdf", "-q")
    assert done.returncode == 1
    assert done.stderr.startswith("doc.pdf, page 3: ")
    assert "[page_unrenderable]" in done.stderr
    assert leaves_in(done.stdout) == [1, 2, 4]


def test_a_file_that_fails_does_not_keep_the_others_back(run, tmp_path):
    (tmp_path / "good.pdf").write_bytes(text_pdf(2))
    (tmp_path / "bad.pdf").write_bytes(b"this is no document. " * 50)
    done = run("convert", "bad.pdf", "good.pdf", "-o", "out")
    assert done.returncode == 1
    assert "[not_a_document]" in done.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["good.md"]


def test_an_encrypted_document_wants_its_password_once(run, tmp_path):
    (tmp_path / "doc.pdf").write_bytes(encrypted_pdf("sesame", 2))
    refused = run("convert", "doc.pdf", "-q")
    assert refused.returncode == 1
    assert "[password_required]" in refused.stderr
    opened = run("convert", "doc.pdf", "-q", "--password", "sesame")
    assert (opened.returncode, opened.stderr) == (0, "")
    assert leaves_in(opened.stdout) == [1, 2]
    assert "sesame" not in opened.stdout


def test_a_page_that_somebody_should_look_at_is_named(run, tmp_path):
    (tmp_path / "doc.pdf").write_bytes(text_pdf(["words of the first page", ""]))
    done = run("convert", "doc.pdf")
    assert "doc.pdf, page 2: blank" in done.stderr
    assert "page 1" not in done.stderr
    assert "<!-- page 2: blank -->" in done.stdout
    (account,) = json.loads(run("convert", "doc.pdf", "--json", "-q").stdout)
    assert account["doubtful"] == [{"page": 2, "confidence": None, "flags": ["blank"]}]


def test_json_accounts_for_every_file(run, tmp_path):
    (tmp_path / "good.pdf").write_bytes(text_pdf(2))
    (tmp_path / "bad.pdf").write_bytes(b"")
    done = run("convert", "good.pdf", "bad.pdf", "--json", "-q")
    assert done.returncode == 1
    good, bad = json.loads(done.stdout)
    assert good["file"] == "good.pdf"
    assert good["state"] == "completed"
    assert good["pages"] == {"total": 2, "done": 2, "failed": []}
    assert leaves_in(good["results"]["markdown"]) == [1, 2]
    assert bad["state"] == "failed"
    assert bad["error"]["code"] == "empty_file"


def test_json_names_what_was_saved(run, tmp_path):
    (tmp_path / "doc.pdf").write_bytes(text_pdf(1))
    done = run("convert", "doc.pdf", "--json", "-q", "-o", "out")
    (account,) = json.loads(done.stdout)
    assert account["saved"] == ["out/doc.md"]
    assert (tmp_path / "out" / "doc.md").exists()


def noted(notes):
    """First lines of the pages that engines began, as the fault engines note them."""
    return [line.rpartition("\t")[2] for line in notes.read_text().splitlines()]


def begun(start, folder, **settings):
    """A conversion that takes its time, once a few of its pages are done."""
    (folder / "doc.pdf").write_bytes(text_pdf(LEAVES))
    process = start("convert", "doc.pdf", "--engine", "slow", **SLOW, **settings)
    assert re.match(rf"doc\.pdf: \d+/{LEAVES} pages", process.stderr.readline())
    return process


def settled(folder):
    """Number, attempt and token of every page that is done."""
    return {
        number: (page.attempt, page.token)
        for number, page in pages_of(folder).items()
        if page.state is TaskState.DONE
    }


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_after_an_end_of_any_kind_the_same_command_goes_on(run, start, tmp_path, monkeypatch, how):
    monkeypatch.setenv("PAGEMILL_TEST_PAGES_READ", str(tmp_path / "notes"))
    process = begun(start, tmp_path)
    process.send_signal(how)
    process.communicate(timeout=60)
    assert process.returncode == (-how if how is signal.SIGKILL else 130)
    before = settled(tmp_path)
    assert 0 < len(before) < LEAVES

    done = run("convert", "doc.pdf", "--engine", "slow", **SLOW)
    assert done.returncode == 0, done.stderr
    assert leaves_in(done.stdout) == list(range(1, LEAVES + 1))
    after = settled(tmp_path)
    assert len(after) == LEAVES
    assert {number: after[number] for number in before} == before
    begun_pages = noted(tmp_path / "notes")
    assert all(begun_pages.count(f"Page {number} of {LEAVES}") == 1 for number in before)


def test_ctrl_c_says_that_nothing_is_lost_and_leaves_no_process(start, tmp_path):
    process = begun(start, tmp_path)
    node = int((tmp_path / "pagemill-data" / "node.lock").read_text())
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    (line,) = [line for line in told.splitlines() if line.startswith("pagemill: ")]
    assert "goes on from here" in line
    assert "Traceback" not in told
    with pytest.raises(ProcessLookupError):
        os.kill(node, 0)


def test_what_is_finished_is_not_read_again(run, tmp_path, monkeypatch):
    monkeypatch.setenv("PAGEMILL_TEST_PAGES_READ", str(tmp_path / "notes"))
    (tmp_path / "doc.pdf").write_bytes(text_pdf(2))
    settings = {"plugins": "pagemill.testing.engines:CountEngine"}
    first = run("convert", "doc.pdf", "--engine", "count", **settings)
    again = run("convert", "doc.pdf", "--engine", "count", **settings)
    assert again.stdout == first.stdout
    assert again.stderr == "doc.pdf: 2 pages, 2 read before\n"
    assert sorted(noted(tmp_path / "notes")) == ["Page 1 of 2", "Page 2 of 2"]


def test_failed_pages_are_tried_again_by_the_same_command(run, tmp_path, monkeypatch):
    monkeypatch.setenv("PAGEMILL_TEST_PAGES_READ", str(tmp_path / "notes"))
    (tmp_path / "doc.pdf").write_bytes(text_pdf(["# One\nfine", "# Two\nFLAKY"]))
    settings = {"plugins": "pagemill.testing.engines:FlakyEngine", "max_attempts": 1}
    first = run("convert", "doc.pdf", "--engine", "flaky", "-q", **settings)
    assert first.returncode == 1
    assert "page 2" in first.stderr
    again = run("convert", "doc.pdf", "--engine", "flaky", "-q", **settings)
    assert (again.returncode, again.stderr) == (0, "")
    assert "FLAKY" in again.stdout
    assert sorted(noted(tmp_path / "notes")) == ["One", "Two", "Two"]


def test_the_work_of_a_server_on_the_folder_is_used(run, start, tmp_path):
    (tmp_path / "doc.pdf").write_bytes(text_pdf(2))
    worker = start("serve", "--port", "0", "--data", "pagemill-data")
    assert worker.stdout.readline().startswith("Pagemill listens")
    done = run("convert", "doc.pdf", "-q")
    assert (done.returncode, done.stderr) == (0, "")
    assert leaves_in(done.stdout) == [1, 2]


def test_workers_run_once_on_a_folder_and_stop_in_order(run, start, tmp_path):
    worker = start("worker")
    assert "node_started" in worker.stderr.readline()
    second = run("worker")
    assert second.returncode == 3
    assert second.stderr.startswith("pagemill: Workers already run on ")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=60) == 0
