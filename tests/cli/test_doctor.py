"""`pagemill doctor` and `pagemill db`: what they find and what they advise."""

import json
import sqlite3

import pytest

from pagemill.cli import main
from pagemill.cli.checks import has_wal_reset_race
from pagemill.search import SqliteIndex


@pytest.fixture
def examined(tmp_path, monkeypatch, capsys):
    """Doctor's findings by name, with its exit code."""
    monkeypatch.chdir(tmp_path)

    def examine(*options):
        code = main(["doctor", "--json", *options])
        return code, {finding["name"]: finding for finding in json.loads(capsys.readouterr().out)}

    return examine


def test_a_machine_where_all_is_well_passes(examined, tmp_path):
    code, findings = examined()
    assert code == 0
    assert {"Python", "SQLite", "Data folder", "Disk", "Ledger", "Workers", "Node"} <= set(findings)
    assert findings["Engine ppocr"]["verdict"] == "good"
    assert "eng" in findings["Tesseract reads"]["text"]
    assert not (tmp_path / "pagemill-data").exists()


def test_a_damaged_ledger_is_found(examined, tmp_path, capsys):
    main(["db", "upgrade"])
    path = tmp_path / "pagemill-data" / "ledger.db"
    content = bytearray(path.read_bytes())
    content[4096 : 4096 * 3] = b"\xff" * (4096 * 2)
    path.write_bytes(content)
    capsys.readouterr()
    code, findings = examined()
    assert code == 1
    assert findings["Ledger"]["verdict"] == "bad"
    assert "backup" in findings["Ledger"]["advice"]


def test_a_full_text_that_is_damaged_is_found_and_costs_no_more_than_a_while(examined, tmp_path):
    assert examined()[1]["Full text"]["verdict"] == "good"
    path = tmp_path / "pagemill-data" / "search.db"
    path.parent.mkdir()
    SqliteIndex(path).prepare()
    assert "not filled yet" in examined()[1]["Full text"]["text"]
    path.write_bytes(b"no database at all" * 1000)
    code, findings = examined()
    assert (code, findings["Full text"]["verdict"]) == (0, "warn")
    assert "makes it anew" in findings["Full text"]["advice"]


def test_a_ledger_of_the_future_is_left_alone(examined, tmp_path):
    (tmp_path / "pagemill-data").mkdir()
    path = tmp_path / "pagemill-data" / "ledger.db"
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version=9999")
    database.close()
    before = path.read_bytes()
    code, findings = examined()
    assert code == 1
    assert "9999" in findings["Ledger"]["text"]
    assert path.read_bytes() == before


def test_a_data_folder_that_is_a_file_is_found(examined, tmp_path):
    (tmp_path / "pagemill-data").write_bytes(b"")
    code, findings = examined()
    assert code == 1
    assert findings["Data folder"]["verdict"] == "bad"


def test_a_default_engine_that_is_not_there_is_broken(examined, monkeypatch):
    monkeypatch.setenv("PAGEMILL_ENGINE", "hand")
    code, findings = examined()
    assert code == 1
    assert "'hand'" in findings["Engine"]["text"]
    assert "ppocr" in findings["Engine"]["advice"]


def test_a_model_of_regions_that_is_not_there_is_told(examined, monkeypatch):
    assert examined()[1]["Page regions"]["verdict"] == "good"
    monkeypatch.setattr("pagemill.engines.regions.MODEL", "gone.onnx")
    code, findings = examined()
    assert (code, findings["Page regions"]["verdict"]) == (0, "warn")
    assert "gone.onnx" in findings["Page regions"]["text"]
    assert "Install" in findings["Page regions"]["advice"]


def test_too_many_workers_are_advised_against(examined, monkeypatch):
    monkeypatch.setenv("PAGEMILL_WORKERS", "1000")
    code, findings = examined()
    assert code == 0
    assert findings["Workers"]["verdict"] == "warn"
    assert "--workers" in findings["Workers"]["advice"]


def test_quiet_tells_only_what_worries(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    main(["doctor", "-q"])
    assert "✓" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("version", "has_it"),
    [
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 52, 0), False),
    ],
)
def test_the_sqlite_releases_with_the_wal_race_are_known(version, has_it):
    assert has_wal_reset_race(version) is has_it


def test_the_database_says_what_it_needs_and_gets_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pagemill-data").mkdir()
    assert main(["db", "status", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["pending"]
    assert main(["db", "upgrade", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["applied"]
    assert main(["db", "status"]) == 0
    assert "up to date" in capsys.readouterr().out
    assert main(["db", "upgrade"]) == 0
    assert "up to date" in capsys.readouterr().out
