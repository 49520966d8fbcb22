"""What Tesseract can read here, what it lacks, and the command that adds it."""

import json

import pytest

from pagemill.cli import main
from pagemill.engines.languages import COMMON
from pagemill.testing.documents import picture


@pytest.fixture
def packs(tmp_path, monkeypatch):
    """Makes these the only packs of this machine: files that exist by name only."""

    def only(*names):
        folder = tmp_path / "packs"
        folder.mkdir()
        for name in names:
            (folder / f"{name}.traineddata").write_bytes(b"x")
        monkeypatch.setenv("TESSDATA_PREFIX", str(folder))
        monkeypatch.chdir(tmp_path)

    return only


def told(capsys):
    """Doctor's finding about Tesseract's languages."""
    assert main(["doctor", "--json"]) == 0
    findings = json.loads(capsys.readouterr().out)
    return next(finding for finding in findings if finding["name"] == "Tesseract reads")


def test_doctor_names_the_languages_that_are_here_as_people_do(packs, capsys):
    packs("deu", "eng", "osd", "srp_latn", "mine")
    finding = told(capsys)
    assert finding["verdict"] == "good"
    assert finding["text"] == (
        "German (deu), English (eng), mine, Serbian in Latin letters (srp_latn)"
    )
    assert finding["facts"]["languages"] == ["deu", "eng", "mine", "srp_latn"]


def test_doctor_names_common_languages_that_are_missing_and_what_adds_them(packs, capsys):
    packs("eng", "deu", "fra", "spa", "ita", "por", "nld", "pol", "ukr", "ara", "hin", "kor")
    finding = told(capsys)
    command = "apt-get install tesseract-ocr-rus tesseract-ocr-chi-sim tesseract-ocr-jpn"
    assert finding["facts"]["missing"] == ["rus", "chi_sim", "jpn"]
    assert finding["facts"]["install"] == command
    assert finding["advice"] == (
        "Not here: Russian (rus), Chinese simplified (chi_sim), Japanese (jpn).\n"
        f"To add them: {command}"
    )


def test_doctor_has_no_advice_where_no_common_language_is_missing(packs, capsys):
    packs(*COMMON)
    finding = told(capsys)
    assert finding["advice"] == ""
    assert finding["facts"]["missing"] == []
    assert "install" not in finding["facts"]


def test_doctor_prints_the_command_on_the_terminal_too(packs, capsys, monkeypatch):
    packs("eng")
    monkeypatch.setenv("COLUMNS", "400")
    assert main(["doctor"]) == 0
    shown = capsys.readouterr().out
    assert "English (eng)" in shown
    assert "To add them: apt-get install tesseract-ocr-spa " in shown


@pytest.mark.parametrize("engine", ["auto", "tesseract"])
def test_a_job_in_a_language_whose_pack_is_missing_says_what_adds_it(run, packs, tmp_path, engine):
    packs("eng")
    (tmp_path / "scan.png").write_bytes(picture("The ship left at dawn."))
    done = run("convert", "scan.png", "--lang", "en,ru,el", "--engine", engine)
    assert done.returncode == 1
    assert "[language_missing]" in done.stderr
    assert "no language data here for: Russian (rus), Greek (ell)" in done.stderr
    assert "`apt-get install tesseract-ocr-rus tesseract-ocr-ell`" in done.stderr
