"""`pagemill.toml`: which file is read, what may stand in it, and what is said of a wrong one."""

from pathlib import Path

import pytest

from pagemill.errors import PagemillError
from pagemill.settings import Settings, load_settings, sources_of


def refused(**flags: object) -> PagemillError:
    with pytest.raises(PagemillError) as error:
        load_settings(**flags)
    assert error.value.code == "invalid_options"
    assert "\n" not in error.value.message + error.value.hint
    return error.value


def test_values_of_every_type_are_taken(folder):
    (folder / "pagemill.toml").write_text(
        '# a comment\ndata = "elsewhere"\nport = 9000\npage_timeout_seconds = 60\n'
        'require_tokens = true\nmax_job_age_hours = 0.5\ninput_folder = "scans"\nplugins = ""\n'
    )
    assert load_settings() == Settings().model_copy(
        update={
            "data": Path("elsewhere"),
            "port": 9000,
            "page_timeout_seconds": 60.0,
            "require_tokens": True,
            "max_job_age_hours": 0.5,
            "input_folder": Path("scans"),
        }
    )


def test_the_file_may_be_missing():
    assert load_settings().port == 8000


def test_a_variable_names_another_file_which_is_read_instead(folder, monkeypatch):
    (folder / "pagemill.toml").write_text("port = 9000\nmax_pages = 7\n")
    (folder / "night.toml").write_text("port = 9001\n")
    monkeypatch.setenv("PAGEMILL_CONFIG", "night.toml")
    assert (load_settings().port, load_settings().max_pages) == (9001, 20_000)
    assert {s.source for s in sources_of() if s.name == "port"} == {"night.toml"}


def test_an_empty_variable_names_no_file(folder, monkeypatch):
    (folder / "pagemill.toml").write_text("port = 9000\n")
    monkeypatch.setenv("PAGEMILL_CONFIG", "")
    assert load_settings().port == 9000


def test_a_file_that_is_named_must_be_there(monkeypatch):
    monkeypatch.setenv("PAGEMILL_CONFIG", "gone.toml")
    error = refused()
    assert "gone.toml: No such file" in error.message
    assert "PAGEMILL_CONFIG" in error.hint


def test_a_folder_is_no_file(folder):
    (folder / "pagemill.toml").mkdir()
    assert "pagemill.toml: Is a directory" in refused().message


def test_a_mark_at_the_beginning_is_passed_over(folder):
    (folder / "pagemill.toml").write_bytes(b"\xef\xbb\xbfport = 9000\r\nmax_pages = 7\r\n")
    assert (load_settings().port, load_settings().max_pages) == (9000, 7)


def test_other_encodings_are_refused(folder):
    (folder / "pagemill.toml").write_text('engine = "é"', encoding="latin-1")
    assert "pagemill.toml: not UTF-8 text" in refused().message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("workers = 4\nport == 9000\n", 2),
        ("workers = four\n", 1),
        ("# settings\n\nworkers 4\n", 3),
        ("workers = 4\nworkers = 5\n", 2),
        ("port = 9000\nworkers = [\n", 2),
        ("workers =", 1),
        (f"workers = {'9' * 5000}\n", 1),
    ],
)
def test_a_mistake_in_writing_is_told_with_its_line(folder, text, line):
    (folder / "pagemill.toml").write_text(text)
    assert refused().message.startswith(f"Settings file pagemill.toml, line {line}: ")


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("workerz", "workers"),
        ("page_timeout", "page_timeout_seconds"),
        ("max-upload-mb", "max_upload_mb"),
        ("PAGEMILL_LOG_LEVEL", "log_level"),
        ("OCR_CONCURRENT_JOBS", "workers"),
        ("Port", "port"),
    ],
)
def test_a_name_that_is_no_setting_is_refused_with_the_nearest(folder, key, nearest):
    (folder / "pagemill.toml").write_text(f"port = 9000\n{key} = 4\n")
    error = refused()
    assert error.message == f"Settings file pagemill.toml: there is no setting '{key}'"
    assert error.hint == f"The nearest is `{nearest}`."


@pytest.mark.parametrize("text", ["qqqqqqqq = 1", "[xyzzy]\nport = 9000", '"a\\nb" = 1'])
def test_a_name_that_is_like_no_setting_is_refused_without_a_guess(folder, text):
    (folder / "pagemill.toml").write_text(text)
    error = refused()
    assert "there is no setting" in error.message
    assert "pagemill settings" in error.hint


def test_a_flag_does_not_hide_a_name_that_is_no_setting(folder):
    (folder / "pagemill.toml").write_text("workerz = 4\n")
    assert "workerz" in refused(workers=4).message
