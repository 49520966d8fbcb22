"""The commands that talk to a server, against a real one."""

import io
import json
import re

import pytest

from journeys.nodes import until
from pagemill.cli import main
from pagemill.testing.documents import holed_pdf, text_pdf


@pytest.fixture
def mill(server, tmp_path, monkeypatch, capsys):
    """Runs one command line against the server; gives code, stdout and stderr."""
    monkeypatch.setenv("PAGEMILL_URL", server)
    monkeypatch.chdir(tmp_path)

    def command(line):
        code = main(line.split())
        told = capsys.readouterr()
        return code, told.out, told.err

    return command


@pytest.fixture
def done(mill, tmp_path):
    """The id of a job of two pages that is completed."""
    (tmp_path / "doc.pdf").write_bytes(text_pdf(2))
    code, out, _ = mill("submit doc.pdf --outputs markdown,json --wait -q")
    assert code == 0
    return out.strip()


def test_submit_prints_one_id_a_file(mill, tmp_path):
    for name in ("a.pdf", "b.pdf"):
        (tmp_path / name).write_bytes(text_pdf([name]))
    code, out, err = mill("submit a.pdf b.pdf")
    assert (code, err) == (0, "")
    assert len(set(out.split())) == 2
    assert mill(f"watch {' '.join(out.split())} -q") == (0, "", "")


def test_watch_tells_how_far_it_is_and_how_it_ended(mill, tmp_path):
    (tmp_path / "doc.pdf").write_bytes(text_pdf(5))
    code, out, err = mill("submit doc.pdf --wait")
    assert code == 0
    assert re.fullmatch(r"[0-9a-f-]{36}\n", out)
    assert re.fullmatch(r"doc\.pdf: 5 pages in [\d.]+ s", err.splitlines()[-1])


def test_watch_gives_every_event_as_a_line_of_json(mill, done):
    code, out, _ = mill(f"watch {done} --json")
    events = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events[0]["kind"] == "job.queued"
    assert events[-1]["kind"] == "job.completed"


def test_a_job_with_a_failed_page_is_failed_work(mill, tmp_path):
    (tmp_path / "doc.pdf").write_bytes(holed_pdf(3, [2]))
    code, _, err = mill("submit doc.pdf --wait -q")
    assert code == 1
    assert err == "doc.pdf: could not read page 2.\n"


def test_a_job_without_a_result_says_why(mill, tmp_path):
    (tmp_path / "doc.pdf").write_bytes(b"this is no document. " * 50)
    code, _, err = mill("submit doc.pdf --wait -q")
    assert code == 1
    assert "[not_a_document]" in err


def test_get_prints_the_markdown(mill, done):
    code, out, err = mill(f"get {done}")
    assert (code, err) == (0, "")
    assert "This is leaf 2." in out


def test_get_saves_all_outputs_named_after_the_document(mill, done, tmp_path):
    code, out, _ = mill(f"get {done} -o out")
    assert code == 0
    assert sorted(out.split()) == ["out/doc.json", "out/doc.md"]
    assert json.loads((tmp_path / "out" / "doc.json").read_text())


def test_get_of_one_output_saves_that_one(mill, done, tmp_path):
    mill(f"get {done} -o out --output json")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["doc.json"]


def test_get_names_the_outputs_there_are(mill, done):
    code, out, err = mill(f"get {done} --output layout")
    assert (code, out) == (1, "")
    assert "markdown" in err
    assert "json" in err


def test_get_as_json_is_the_job(mill, done):
    _, out, _ = mill(f"get {done} --json")
    job = json.loads(out)
    assert (job["id"], job["state"], job["pages"]["done"]) == (done, "completed", 2)


def test_jobs_are_listed_newest_first(mill, done):
    code, out, _ = mill("jobs --limit 1")
    assert code == 0
    job, state, pages, ago, name = out.rstrip("\n").split("\t")
    assert (job, state, pages, name) == (done, "completed", "2/2", "doc.pdf")
    assert ago.endswith(" ago")


def test_jobs_can_be_chosen_by_state(mill, done):
    _, out, _ = mill("jobs --state completed --json")
    jobs = json.loads(out)
    assert done in [job["id"] for job in jobs]
    assert {job["state"] for job in jobs} == {"completed"}


def test_a_job_that_ended_cannot_be_cancelled(mill, done):
    code, out, err = mill(f"cancel {done}")
    assert (code, out) == (1, "")
    assert "[invalid_state]" in err


def test_an_unknown_job_does_not_keep_the_others_from_being_told(mill, tmp_path):
    (tmp_path / "doc.pdf").write_bytes(holed_pdf(2, [2]))
    _, out, _ = mill("submit doc.pdf --wait -q")
    code, told, err = mill(f"retry nowhere {out.strip()}")
    assert code == 1
    assert "nowhere" in err
    assert told.startswith(out.strip())


def test_a_page_is_put_right_by_hand_and_read_again(mill, done, monkeypatch):
    code, out, _ = mill(f"correct {done} 2 0 leaves")
    assert (code, out) == (0, f"{done} processing\n")
    monkeypatch.setattr("sys.stdin", io.StringIO("Two leaves.\n"))
    assert mill(f"correct {done} 2 0 - --before leaves")[0] == 0
    mill(f"watch {done} -q")
    assert "Two leaves." in mill(f"get {done}")[1]
    code, _, err = mill(f"correct {done} 2 0 late --before leaves")
    assert code == 1
    assert "[text_changed]" in err
    assert mill(f"retry {done} --page 2")[:2] == (0, f"{done} processing\n")
    mill(f"watch {done} -q")
    assert "This is leaf 2." in mill(f"get {done}")[1]


def test_the_queue_is_counted(mill, done):
    code, out, _ = mill("queue stats --json")
    assert code == 0
    assert json.loads(out)["jobs"]["completed"] >= 1


@pytest.mark.parametrize("line", ["submit doc.pdf --engine hand", "jobs --state asleep"])
def test_what_the_server_refuses_as_wrong_use_exits_with_2(mill, tmp_path, line):
    (tmp_path / "doc.pdf").write_bytes(text_pdf(1))
    code, out, err = mill(line)
    assert (code, out) == (2, "")
    assert err.startswith("pagemill: ")


def test_search_finds_pages_as_soon_as_they_are_in_the_full_text(mill, done):
    told = []
    until(
        lambda: told.append(mill(f'search "LEAF 2" --job {done} -q')) or told[-1][0] == 0, "a hit"
    )
    _, out, _ = told[-1]
    job, page, name, text = out.strip().split("\t")
    assert (job, page, name) == (done, "2", "doc.pdf")
    assert "This is leaf 2." in text
    code, out, err = mill(f"search leaf --job {done} --limit 1 --json")
    answer = json.loads(out)
    assert (code, err, answer["total"], len(answer["hits"])) == (0, "", 2, 1)
    code, out, err = mill("search never-said")
    assert (code, out) == (1, "")
    assert err.startswith("0 pages")
