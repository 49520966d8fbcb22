"""`pagemill settings`: what an operator learns from it."""

import json

import pytest

from pagemill.cli import main
from pagemill.settings import Settings, load_settings, sources_in


@pytest.fixture
def shown(capsys):
    """The exit code, stdout and stderr of a command line."""

    def show(*arguments: str) -> tuple[int, str, str]:
        code = main(["settings", *arguments])
        told = capsys.readouterr()
        return code, told.out, told.err

    return show


def test_every_setting_is_shown_with_where_it_comes_from(shown, folder, monkeypatch):
    (folder / "pagemill.toml").write_text("port = 9000\n")
    monkeypatch.setenv("NUM_WORKERS", "3")
    monkeypatch.setenv("PAGEMILL_ENGINE", "tesseract")
    code, out, err = shown("--data", "here")
    rows = [line.split("\t") for line in out.splitlines()]
    assert code == 0
    assert err == ""
    assert [row[0] for row in rows] == list(Settings.model_fields)
    assert ["data", "here", "flag"] in rows
    assert ["port", "9000", "pagemill.toml"] in rows
    assert ["workers", "3", "NUM_WORKERS"] in rows
    assert ["engine", "tesseract", "PAGEMILL_ENGINE"] in rows
    assert ["input_folder", "", "default"] in rows


def test_a_program_reads_them_as_json(shown, monkeypatch):
    monkeypatch.setenv("PAGEMILL_REQUIRE_TOKENS", "yes")
    code, out, _ = shown("--json", "--data", "here")
    told = {setting.pop("name"): setting for setting in json.loads(out)}
    assert code == 0
    assert list(told) == list(Settings.model_fields)
    assert told["data"] == {"value": "here", "source": "flag"}
    assert told["require_tokens"] == {"value": True, "source": "PAGEMILL_REQUIRE_TOKENS"}
    assert told["input_folder"] == {"value": None, "source": "default"}


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_variable_that_changes_nothing_is_named_with_the_reason(shown, monkeypatch, options):
    monkeypatch.setenv("MAX_MODEL_LEN", "2048")
    code, out, err = shown(*options)
    assert code == 0
    assert "MAX_MODEL_LEN" not in out
    (line,) = err.splitlines()
    assert line.startswith("MAX_MODEL_LEN changes nothing here. ")
    assert "GPU model" in line


def test_a_wrong_setting_is_one_line_and_wrong_use(shown, folder):
    (folder / "pagemill.toml").write_text("workerz = 4\n")
    code, out, err = shown()
    assert (code, out) == (2, "")
    assert err == (
        "pagemill: Settings file pagemill.toml: there is no setting 'workerz'."
        " The nearest is `workers`.\n"
    )


def test_a_server_knows_where_its_settings_came_from(folder, monkeypatch):
    (folder / "pagemill.toml").write_text("port = 9000\n")
    monkeypatch.setenv("PAGEMILL_ENGINE", "tesseract")
    monkeypatch.setenv("NUM_WORKERS", "many")  # the flag is stronger, and this is never read
    running = load_settings(workers=3)
    sources = {one.name: one.source for one in sources_in(running)}
    assert (sources["workers"], sources["outputs"]) == ("flag", "default")
    monkeypatch.delenv("NUM_WORKERS")
    told = {one.name: (one.value, one.source) for one in sources_in(running)}
    assert told["workers"] == (3, "flag")
    assert told["port"] == (9000, "pagemill.toml")
    assert told["engine"] == ("tesseract", "PAGEMILL_ENGINE")
    assert told["outputs"] == ("markdown", "default")
