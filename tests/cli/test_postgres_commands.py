"""Commands with the ledger in PostgreSQL, as a person types them."""

import json
import subprocess
from pathlib import Path

import pytest

from pagemill_process import COMMAND, clean_environment
from postgres_server import PostgresServer

SECRET = "open-sesame"


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    """With a password, which this server does not ask for and nobody may see."""
    return postgres.new_database().replace("postgres@", f"postgres:{SECRET}@")


def run(data: Path, ledger: str, *words: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*COMMAND, *words, "--data", str(data)],
        env=clean_environment({"ledger": ledger, "worker_engines": "text"}),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert SECRET not in done.stdout + done.stderr
    return done


def test_a_database_is_made_and_looked_at(tmp_path: Path, url: str) -> None:
    due = run(tmp_path, url, "db", "status")
    assert due.returncode == 1
    assert "to be applied: 0001_ledger" in due.stdout
    made = run(tmp_path, url, "db", "upgrade", "--json")
    assert json.loads(made.stdout)["applied"][0] == "0001_ledger"
    assert run(tmp_path, url, "db", "status").returncode == 0
    assert not (tmp_path / "ledger.db").exists()


def test_doctor_says_whether_it_answers(tmp_path: Path, url: str) -> None:
    run(tmp_path, url, "db", "upgrade")
    found = {row["name"]: row for row in json.loads(run(tmp_path, url, "doctor", "--json").stdout)}
    assert found["Ledger"]["verdict"] == "good"
    away = url.replace("127.0.0.1", "127.0.0.2").replace(url.rpartition(":")[2], "1/nothing")
    sick = run(tmp_path, away, "doctor", "--json")
    found = {row["name"]: row for row in json.loads(sick.stdout)}
    assert found["Ledger"]["verdict"] == "bad"
    assert sick.returncode == 1


def test_settings_show_where_it_is_and_no_password(tmp_path: Path, url: str) -> None:
    rows = json.loads(run(tmp_path, url, "settings", "--json").stdout)
    (ledger,) = [row for row in rows if row["name"] == "ledger"]
    assert ledger["value"] == url.replace(SECRET, "***")


def test_an_address_that_is_none_is_refused_without_being_told(tmp_path: Path) -> None:
    done = run(tmp_path, f"mysql://root:{SECRET}@host/name", "db", "status")
    assert done.returncode == 2
    assert "ledger" in done.stderr


def test_a_worker_for_an_engine_nobody_knows_says_so(tmp_path: Path, url: str) -> None:
    done = run(tmp_path, url, "worker", "--slots", "1", "--engines", "abacus")
    assert done.returncode != 0
    assert "abacus" in done.stderr


def test_documents_are_converted_with_it(tmp_path: Path, url: str) -> None:
    from pagemill.testing.documents import text_pdf

    (tmp_path / "a.pdf").write_bytes(text_pdf(["Sound as a bell"]))
    done = run(tmp_path / "data", url, "convert", str(tmp_path / "a.pdf"))
    assert "Sound as a bell" in done.stdout
