"""A wrong value is told in one line, with the setting and the place where it stands."""

import pytest

from pagemill.errors import PagemillError
from pagemill.settings import Settings, load_settings


def refused(**flags: object) -> PagemillError:
    with pytest.raises(PagemillError) as error:
        load_settings(**flags)
    assert error.value.code == "invalid_options"
    assert "\n" not in error.value.message + error.value.hint
    return error.value


def test_a_wrong_value_in_the_file(folder):
    (folder / "pagemill.toml").write_text('workers = "many"\n')
    error = refused()
    assert error.message.startswith("Setting workers (pagemill.toml): ")
    assert "PAGEMILL_WORKERS" in error.hint


def test_a_wrong_value_in_a_file_that_is_named(folder, monkeypatch):
    (folder / "night.toml").write_text("workers = -1\n")
    monkeypatch.setenv("PAGEMILL_CONFIG", str(folder / "night.toml"))
    assert refused().message.startswith(f"Setting workers ({folder / 'night.toml'}): ")


def test_a_wrong_value_in_a_variable_of_another_system(monkeypatch):
    monkeypatch.setenv("NUM_WORKERS", "auto")
    error = refused()
    assert error.message.startswith("Setting workers (NUM_WORKERS): ")
    assert "PAGEMILL_WORKERS" in error.hint


def test_a_wrong_value_in_a_variable_of_ours(monkeypatch):
    monkeypatch.setenv("NUM_WORKERS", "4")
    monkeypatch.setenv("PAGEMILL_WORKERS", "auto")
    error = refused()
    assert error.message.startswith("Setting workers (PAGEMILL_WORKERS): ")
    assert error.hint == "Correct it."


def test_a_wrong_value_of_a_flag(monkeypatch):
    monkeypatch.setenv("PAGEMILL_PORT", "9000")
    assert refused(port=70_000).message.startswith("Setting port (flag): ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", 65_536),
        ("workers", -1),
        ("workers", ""),
        ("workers", 2.5),
        ("log_level", "loud"),
        ("host", 5),
        ("require_tokens", "perhaps"),
        ("header_seconds", 0),
        ("min_upload_kbps", -1),
        ("failed_logins_per_minute", 0),
        ("queue_batch_size", 0),
        ("max_concurrent_io", 0),
        ("extract_soft_seconds", 0),
        ("max_job_age_hours", "nan"),
        ("page_timeout_seconds", "inf"),
        ("input_folder", 5),
    ],
)
def test_a_value_out_of_bounds_is_refused_with_its_name(name, value):
    assert refused(**{name: value}).message.startswith(f"Setting {name} (flag): ")


NO_LIMIT = [
    *("max_job_age_hours", "max_job_count", "max_job_storage_mb"),
    *("user_max_job_age_hours", "user_max_job_count", "user_max_job_storage_mb"),
    *("requests_per_minute", "pages_per_day", "max_stored_mb", "max_waiting_jobs"),
]


@pytest.mark.parametrize("name", NO_LIMIT)
def test_a_limit_is_off_until_somebody_sets_it(name):
    assert getattr(load_settings(), name) == 0
    assert "0 means" in Settings.model_fields[name].description
    assert refused(**{name: -1}).message.startswith(f"Setting {name} (flag): ")
