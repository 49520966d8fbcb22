"""`pagemill backup`, `restore` and `doctor --deep`, as an operator meets them."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cli.conftest import Run
from pagemill.app.house import open_house
from pagemill.settings import Settings
from pagemill.testing.documents import text_pdf
from postgres_server import PostgresServer
from web_house import HandWorker


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a job that is done and one that waits."""
    data = tmp_path / "data"
    with closing(open_house(Settings(data=data))) as house:
        worker = HandWorker(house.ledger, house.shelf, pages=2)
        for name in ("done", "waiting"):
            with house.service.receive() as upload:
                upload.write(text_pdf([name]))
                house.service.submit(upload, f"{name}.pdf", {})
            if name == "done":
                worker.work_off()
    return data


def some_file(data: Path, pattern: str) -> Path:
    return next((data / "shelf").glob(pattern))


def test_a_house_in_order_is_clean(run: Run, data: Path) -> None:
    done = run("doctor", "--deep", "--data", data)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "All is well: 2 documents, 2 jobs, 2 page texts, 1 output.\n"


def test_what_is_found_is_told_with_its_remedy_and_set_right(run: Run, data: Path) -> None:
    lost = some_file(data, "jobs/*/pages/0001.*.json")
    lost.unlink()
    found = run("doctor", "--deep", "--data", data)
    assert found.returncode == 1
    assert "page without its text" in found.stdout
    assert f"job {lost.parts[-3]}" in found.stdout
    assert "They are read again" in found.stdout
    assert "Nothing was changed" in found.stderr
    mended = run("doctor", "--deep", "--repair", "--data", data)
    assert mended.returncode == 0
    assert "all set right" in mended.stderr
    assert run("doctor", "--deep", "--data", data).returncode == 0


def test_a_program_reads_the_findings(run: Run, data: Path) -> None:
    document = some_file(data, "documents/*/*.pdf")
    document.write_bytes(b"x" * document.stat().st_size)
    assert json.loads(run("doctor", "--deep", "--json", "--data", data).stdout)["clean"] is True
    done = run("doctor", "--deep", "--hash", "--json", "--data", data)
    told = json.loads(done.stdout)
    assert (done.returncode, told["clean"], told["documents"]) == (1, False, 2)
    (finding,) = told["findings"]
    assert (finding["kind"], finding["count"], finding["repaired"]) == ("document_damaged", 1, 0)
    assert finding["places"] == [document.relative_to(data / "shelf").as_posix()]


def test_what_cannot_be_set_right_is_left_and_told(run: Run, data: Path) -> None:
    some_file(data, "documents/*/*.pdf").parent.joinpath("stray.pdf").write_bytes(b"young")
    some_file(data, "jobs/*/result.md").unlink()
    with closing(sqlite3.connect(data / "ledger.db")) as database:
        database.execute("UPDATE document SET lost_ms = 1")
        database.commit()
    done = run("doctor", "--deep", "--repair", "--data", data)
    assert done.returncode == 1
    assert "1 could not be set right" in done.stderr


def test_the_ways_of_the_deep_look_need_it(run: Run, data: Path) -> None:
    for option in ("--repair", "--hash"):
        done = run("doctor", option, "--data", data)
        assert (done.returncode, "go with --deep" in done.stderr) == (2, True)


def test_a_damaged_database_is_no_ledger(run: Run, data: Path) -> None:
    path = data / "ledger.db"
    content = bytearray(path.read_bytes())
    content[4096 : 4096 * 4] = b"\xff" * (4096 * 3)
    path.write_bytes(content)
    done = run("doctor", "--deep", "--data", data)
    assert done.returncode == 3
    assert "pagemill restore" in done.stderr


@pytest.mark.parametrize("command", [("doctor", "--deep"), ("backup", "backup")])
def test_a_folder_without_a_ledger_has_nothing_to_look_at(
    run: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    done = run(*command, "--data", tmp_path / "none")
    assert done.returncode == 2
    assert "There is no ledger in" in done.stderr
    assert not (tmp_path / "none").exists()


def test_a_backup_is_told_and_restored_elsewhere(run: Run, data: Path, tmp_path: Path) -> None:
    done = run("backup", "backup", "--data", data)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("backup: 2 documents, 2 jobs, 5 files of ")
    restored = run("restore", "backup", "--data", "new")
    assert restored.returncode == 0, restored.stderr
    assert "All is well" in restored.stderr
    assert "new: as it was at 20" in restored.stderr
    shelves = [{p.name for p in (root / "shelf").rglob("*.*")} for root in (data, tmp_path / "new")]
    assert shelves[0] == shelves[1]
    told = json.loads(run("restore", "backup", "--data", "again", "--json").stdout)
    assert (told["clean"], told["jobs"], told["findings"]) == (True, 2, [])


def test_a_backup_itself_can_be_looked_over(run: Run, data: Path) -> None:
    assert run("backup", "backup", "--data", data).returncode == 0
    assert run("doctor", "--deep", "--hash", "--data", "backup").returncode == 0


def test_a_backup_that_misses_something_says_so(run: Run, data: Path) -> None:
    some_file(data, "documents/*/*.pdf").unlink()
    done = run("backup", "backup", "--data", data)
    assert done.returncode == 1
    assert "1 file that the ledger knows could not be copied" in done.stderr
    told = json.loads(run("backup", "backup", "--incremental", "--json", "--data", data).stdout)
    assert (told["missing"], told["documents"]) == (1, 2)


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("data", "beside what it is made of"),
        ("data/shelf/backup", "beside what it is made of"),
        (".", "beside what it is made of"),
    ],
)
def test_a_backup_does_not_lie_in_what_it_is_made_of(
    run: Run, data: Path, place: str, why: str
) -> None:
    done = run("backup", place, "--data", data)
    assert done.returncode == 2
    assert why in done.stderr


def test_a_finished_backup_is_only_brought_up_to_date_when_asked(run: Run, data: Path) -> None:
    assert run("backup", "backup", "--data", data).returncode == 0
    done = run("backup", "backup", "--data", data)
    assert done.returncode == 1
    assert "--incremental" in done.stderr
    assert run("backup", "backup", "--incremental", "--data", data).returncode == 0


def test_nothing_is_restored_over_a_house(run: Run, data: Path) -> None:
    run("backup", "backup", "--data", data)
    done = run("restore", "backup", "--data", data)
    assert done.returncode == 1
    assert "is not empty" in done.stderr
    assert "Restore into a new folder" in done.stderr


def test_what_is_no_backup_is_not_restored(run: Run, tmp_path: Path) -> None:
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "unfinished.json").write_text("{}")
    done = run("restore", "half", "--data", "new")
    assert done.returncode == 1
    assert "pagemill backup half" in done.stderr
    assert "There is no backup in" in run("restore", "nowhere", "--data", "new").stderr
    assert not (tmp_path / "new").exists()


def test_a_backup_of_a_newer_version_is_left_alone(run: Run, data: Path, tmp_path: Path) -> None:
    run("backup", "backup", "--data", data)
    path = tmp_path / "backup" / "backup.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema": 9999}))
    assert run("restore", "backup", "--data", "new").returncode == 3
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 9}))
    assert "does not know" in run("restore", "backup", "--data", "new").stderr
    path.write_text("{")
    assert "is damaged" in run("restore", "backup", "--data", "new").stderr


def test_a_backup_of_another_database_is_not_mixed_up(run: Run, data: Path, tmp_path: Path) -> None:
    run("backup", "backup", "--data", data)
    url = "postgresql://nobody@127.0.0.1:9/none"
    done = run("restore", "backup", "--data", "new", ledger=url)
    assert done.returncode == 1
    assert "Leave PAGEMILL_LEDGER empty" in done.stderr


def test_a_database_on_a_server_is_backed_up_by_its_own_tools(
    run: Run, tmp_path: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, other = postgres.new_database(), postgres.new_database()
    with (
        closing(open_house(Settings(data=tmp_path / "data", ledger=url))) as house,
        house.service.receive() as upload,
    ):
        upload.write(text_pdf(["waiting"]))
        house.service.submit(upload, "waiting.pdf", {})
    assert run("backup", "backup", "--data", "data", ledger=url).returncode == 0
    assert (tmp_path / "backup" / "ledger.dump").exists()
    done = run("restore", "backup", "--data", "new")
    assert "Set PAGEMILL_LEDGER to an empty PostgreSQL database" in done.stderr
    done = run("restore", "backup", "--data", "new", ledger=url)
    assert "is not empty" in done.stderr
    assert "createdb" in done.stderr
    done = run("restore", "backup", "--data", "new", ledger=other)
    assert (done.returncode, "All is well" in done.stderr) == (0, True), done.stderr
    monkeypatch.setenv("PATH", str(tmp_path))
    done = run("backup", "another", "--data", "data", ledger=url)
    assert (done.returncode, "`pg_dump` is not installed" in done.stderr) == (3, True)
