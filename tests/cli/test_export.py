"""`export`: a folder that holds a job, whoever reads it and whenever it was made."""

import json
from contextlib import closing

import httpx2
import pytest

from pagemill.app.house import open_house
from pagemill.cli import main
from pagemill.client import Client
from pagemill.settings import Settings
from pagemill.testing.documents import damaged_pdf, holed_pdf, picture, text_pdf
from pagemill_process import serving

WHOLE = {"input.pdf", "metadata.json", "result.md", "result_metadata.json"}
FACTS = {
    "job_id",
    "filename",
    "status",
    "progress",
    "total_pages",
    "processed_pages",
    "created_at",
    "started_at",
    "completed_at",
    "error",
    "prompt",
}


@pytest.fixture
def export(tmp_path, capsys):
    """Exports a job into `out`; gives the one folder in it."""

    def command(url, ref):
        assert main(["export", ref, str(tmp_path / "out"), "--url", url]) == 0
        told = capsys.readouterr()
        assert told.err == ""
        paths = told.out.splitlines()
        (folder,) = (tmp_path / "out").iterdir()
        assert sorted(paths) == sorted(str(path) for path in folder.iterdir())
        return folder

    return command


@pytest.fixture(scope="module")
def idle(tmp_path_factory):
    """A server without workers, as its address and data folder."""
    folder = tmp_path_factory.mktemp("idle")
    with serving(folder, workers=0) as url:
        yield url, folder / "data"


def completed(url, data, **options):
    with Client(url) as mill:
        return mill.wait(mill.submit(data, filename="scan.pdf", options=options).id)


def names(folder):
    return {path.name for path in folder.iterdir()}


def read(folder, name="metadata.json"):
    return json.loads((folder / name).read_text())


def test_a_completed_job_has_everything_under_plain_names(server, export):
    pdf = text_pdf(2)
    job = completed(server, pdf, outputs=["markdown", "metadata", "json"])
    folder = export(server, job.id)
    assert (folder.name, names(folder)) == (job.id, WHOLE)
    assert (folder / "input.pdf").read_bytes() == pdf
    with Client(server) as mill:
        assert (folder / "result.md").read_bytes() == mill.output(job.id, "markdown")
        made = mill.output(job.id, "metadata")
    assert (folder / "result_metadata.json").read_bytes() == made
    facts = read(folder)
    assert set(facts) >= FACTS
    assert (facts["status"], facts["progress"], facts["error"]) == ("completed", 100.0, None)
    assert (facts["total_pages"], facts["processed_pages"]) == (2, 2)
    assert facts["completed_at"] == job.finished_at


def test_a_job_of_the_jobs_api_keeps_its_id_and_prompt(server, export):
    files = {"file": ("scan.pdf", text_pdf(["by way of another API"]))}
    asked = {"prompt": "Convert to markdown"}
    made = httpx2.post(f"{server}/jobs/create", files=files, data=asked).json()
    with Client(server) as mill:
        mill.wait(made["job_id"])
    folder = export(server, made["job_id"])
    assert (folder.name, names(folder)) == (made["job_id"], WHOLE)
    facts, there = read(folder), httpx2.get(f"{server}/jobs/{made['job_id']}").json()
    assert facts["prompt"] == "Convert to markdown"
    assert {name: facts[name] for name in there} == there


def test_a_job_without_these_outputs_is_told_from_its_pages(server, export):
    job = completed(server, holed_pdf(3, [2]), outputs=["json"])
    folder = export(server, job.id)
    assert names(folder) == WHOLE
    assert "This is leaf 3." in (folder / "result.md").read_text()
    account = read(folder, "result_metadata.json")
    assert account["document"]["filename"] == "scan.pdf"
    assert [page["number"] for page in account["pages"]] == [1, 2, 3]
    assert account["pages"][1]["error"]["code"] == "page_unrenderable"
    assert account["totals"]["read"] == 2
    assert account["totals"]["failed_pages"] == [2]
    assert read(folder)["failed_pages"] == [2]


def test_a_job_that_failed_says_why(server, export):
    job = completed(server, damaged_pdf())
    folder = export(server, job.id)
    assert names(folder) == {"input.pdf", "metadata.json"}
    facts = read(folder)
    assert (facts["status"], facts["error"]) == ("failed", job.error.message)


def test_a_later_run_completes_the_folder(export, tmp_path):
    with serving(tmp_path, workers=0) as url, Client(url) as mill:
        job = mill.submit(text_pdf(1), filename="scan.pdf")
        folder = export(url, job.id)
        assert names(folder) == {"input.pdf", "metadata.json"}
        assert read(folder)["status"] == "queued"
    with serving(tmp_path) as url, Client(url) as mill:
        mill.wait(job.id)
        assert names(export(url, job.id)) == WHOLE
    assert read(folder)["status"] == "completed"


def test_what_is_there_already_stays_and_what_is_wrong_is_fetched_anew(server, export):
    folder = export(server, completed(server, text_pdf(2)).id)
    whole = (folder / "result.md").read_bytes()
    before = (folder / "input.pdf").stat().st_ino
    (folder / "result.md").write_bytes(whole[::-1])
    export(server, folder.name)
    assert (folder / "result.md").read_bytes() == whole
    assert (folder / "input.pdf").stat().st_ino == before


@pytest.mark.parametrize(
    ("filename", "saved"),
    [
        ("photo.PNG", "input.png"),
        ("photo", "input.png"),
        ("photo.p n g", "input.png"),
        ("photo.jpeg", "input.jpeg"),
    ],
)
def test_the_document_keeps_its_suffix(idle, export, filename, saved):
    url, _ = idle
    with Client(url) as mill:
        job = mill.submit(picture("png"), filename=filename)
    assert names(export(url, job.id)) == {saved, "metadata.json"}


@pytest.mark.parametrize(("handle", "name"), [("../../evil", "evil"), ("a/..", "document")])
def test_no_name_of_a_job_leads_out_of_the_folder(idle, export, handle, name):
    url, data = idle
    with closing(open_house(Settings(data=data))) as house, house.service.receive() as upload:
        upload.write(text_pdf(1))
        job = house.service.submit(upload, "scan.pdf", {}, handle=handle).job
    assert export(url, job.id).name == name


def test_as_json_it_names_the_files(server, tmp_path, capsys):
    job = completed(server, text_pdf(1))
    assert main(["export", job.id, str(tmp_path), "--url", server, "--json"]) == 0
    files = json.loads(capsys.readouterr().out)
    assert {path.rpartition("/")[2] for path in files} == WHOLE


def test_what_cannot_be_exported_is_one_line(server, tmp_path, capsys):
    assert main(["export", "nowhere", str(tmp_path / "out"), "--url", server]) == 1
    assert capsys.readouterr().err.startswith("pagemill: There is no job")
    assert not (tmp_path / "out").exists()
    (tmp_path / "file").write_bytes(b"")
    job = completed(server, text_pdf(1))
    assert main(["export", job.id, str(tmp_path / "file"), "--url", server]) == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert str(tmp_path / "file") in line
