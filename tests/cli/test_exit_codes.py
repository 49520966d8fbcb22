"""Exit codes and error lines: what a script, and a person, can rely on."""

import sqlite3
import subprocess
import sys

import pytest

from pagemill.cli import main
from pagemill.testing.documents import damaged_pdf, text_pdf

NOBODY = "http://127.0.0.1:9"  # the discard port, where no server listens


@pytest.fixture
def folder(tmp_path):
    """Some files to go wrong with."""
    (tmp_path / "good.pdf").write_bytes(text_pdf(1))
    (tmp_path / "also.pdf").write_bytes(text_pdf(2))
    (tmp_path / "bad.pdf").write_bytes(damaged_pdf())
    (tmp_path / "empty.pdf").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    (tmp_path / "newer").mkdir()
    database = sqlite3.connect(tmp_path / "newer" / "ledger.db")
    database.execute("PRAGMA user_version=9999")
    database.close()
    return tmp_path


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("dance", 2, "No such command 'dance'"),
        ("convert", 2, "Missing argument 'FILE'"),
        ("convert good.pdf --colour", 2, "No such option: --colour"),
        ("convert good.pdf --dpi many", 2, "--dpi"),
        ("convert gone.pdf", 2, "No such file: gone.pdf"),
        ("convert folder", 2, "folder is a folder"),
        ("convert good.pdf also.pdf", 2, "-o"),
        ("convert good.pdf --outputs markdown,json", 2, "-o"),
        ("convert good.pdf --outputs layout", 2, "-o"),
        ("convert good.pdf --engine hand", 2, "Allowed: auto"),
        ("convert good.pdf --headers-footers hide", 2, "Allowed: keep, remove"),
        ("convert good.pdf --pages 3-1", 2, "ranges go upward"),
        ("convert good.pdf --data bad.pdf", 3, "bad.pdf"),
        ("convert good.pdf --data newer", 3, "schema 9999"),
        ("db status --data newer", 3, "schema 9999"),
        ("serve --host 0.0.0.0", 2, "--insecure"),
        ("serve --port 70000", 2, "--port"),
        (f"jobs --url {NOBODY}", 3, "pagemill serve"),
        (f"submit good.pdf --url {NOBODY}", 3, "pagemill serve"),
        (f"watch 1 --url {NOBODY}", 3, "pagemill serve"),
    ],
)
def test_what_cannot_be_begun_is_one_line_with_the_next_step(
    folder, monkeypatch, capsys, command, code, words
):
    monkeypatch.chdir(folder)
    assert main(command.split()) == code
    told = capsys.readouterr()
    (line,) = told.err.splitlines()
    assert line.startswith("pagemill: ")
    assert words in line
    assert line.endswith(".")
    assert told.out == ""


@pytest.mark.parametrize(
    ("command", "code"), [("--version", 0), ("convert gone.pdf", 2), (f"jobs --url {NOBODY}", 3)]
)
def test_the_process_ends_with_the_code(run, command, code):
    assert run(*command.split()).returncode == code


@pytest.mark.parametrize("name", ["bad.pdf", "empty.pdf"])
def test_a_document_that_cannot_be_read_is_failed_work(run, folder, name):
    done = run("convert", name, "-q")
    assert done.returncode == 1
    assert done.stderr.startswith(f"{name}: ")
    assert done.stdout == ""


def test_a_wrong_setting_is_named(run, folder):
    done = run("convert", "good.pdf", page_timeout_seconds="soon")
    assert done.returncode == 2
    assert "page_timeout_seconds" in done.stderr
    assert "PAGEMILL_PAGE_TIMEOUT_SECONDS" in done.stderr


@pytest.fixture
def surprise(folder, monkeypatch):
    """A plug-in that fails in a way nobody foresaw."""
    (folder / "surprising.py").write_text("raise RuntimeError('nobody\\nforesaw this')")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return "surprising:make"


def test_a_surprise_is_one_line_that_says_how_to_learn_more(run, surprise):
    done = run("convert", "good.pdf", plugins=surprise)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("pagemill: ")
    assert "internal" in line
    assert "nobody foresaw this" in line
    assert "PAGEMILL_LOG_LEVEL=debug" in line


def test_a_surprise_tells_everything_when_asked(run, surprise):
    done = run("convert", "good.pdf", plugins=surprise, log_level="debug")
    assert "Traceback" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("pagemill: ")


@pytest.mark.parametrize(
    "command", ["--help", "-h", "--version", "convert --help", "db --help", "queue stats --help"]
)
def test_help_is_no_error(capsys, command):
    assert main(command.split()) == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert "pagemill" in told.out


def test_help_loads_nothing_heavy():
    heavy = {"numpy", "cv2", "pypdfium2", "fastapi", "pydantic", "httpx2", "onnxruntime", "rich"}
    program = (
        "import sys; from pagemill.cli import main; main(['--help']);"
        f" print(*sorted({heavy} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr.strip() == ""


def test_a_reader_who_has_seen_enough_is_no_error(run, folder):
    program = f"{sys.executable} -m pagemill convert also.pdf -q | head -c 1"
    done = subprocess.run(program, shell=True, cwd=folder, capture_output=True, text=True)
    assert done.stdout != ""
    assert done.stderr == ""
