"""Variables of other systems: each stands for the setting it should, in the same units."""

import pytest

from pagemill.settings import (
    ALIASES,
    WITHOUT_MEANING,
    Settings,
    load_settings,
    sources_of,
    without_meaning,
)

# What the other systems' documents show, and what it has to be here.
EXAMPLES = {
    "NUM_WORKERS": ("8", "workers", 8),
    "OCR_CONCURRENT_JOBS": ("4", "workers", 4),
    "MAX_CONCURRENCY": ("1", "workers", 1),
    "API_HOST": ("0.0.0.0", "host", "0.0.0.0"),
    "API_PORT": ("8080", "port", 8080),
    "OCR_TIMEOUT_SECONDS": ("300", "page_timeout_seconds", 300.0),
    "MAX_JOB_AGE_HOURS": ("168", "max_job_age_hours", 168.0),
    "MAX_JOB_COUNT": ("1000", "max_job_count", 1000),
    "MAX_JOB_STORAGE_MB": ("10240", "max_job_storage_mb", 10240),
    "QUEUE_BATCH_SIZE": ("500", "queue_batch_size", 500),
    "MAX_CONCURRENT_IO": ("20", "max_concurrent_io", 20),
    "TASK_TIME_LIMIT": ("600", "extract_hard_seconds", 600.0),
    "TASK_SOFT_TIME_LIMIT": ("500", "extract_soft_seconds", 500.0),
    "RESULT_EXPIRES": ("7200", "extract_expires_seconds", 7200.0),
}


def test_there_is_an_example_of_each():
    assert [alias.variable for alias in ALIASES] == list(EXAMPLES)


@pytest.mark.parametrize("variable", EXAMPLES)
def test_a_variable_of_another_system_sets_ours(monkeypatch, variable):
    text, setting, value = EXAMPLES[variable]
    monkeypatch.setenv(variable, text)
    assert load_settings() == Settings().model_copy(update={setting: value})
    changed = {s.name: s.source for s in sources_of() if s.source != "default"}
    assert changed == {setting: variable}


@pytest.mark.parametrize("alias", ALIASES, ids=lambda alias: alias.variable)
def test_one_that_is_empty_is_not_set(monkeypatch, alias):
    default = load_settings()
    monkeypatch.setenv(alias.variable, "")
    assert load_settings() == default


@pytest.mark.parametrize("alias", ALIASES, ids=lambda alias: alias.variable)
def test_its_unit_is_that_of_the_setting(alias):
    units = ("seconds", "hours", "mb")
    assert (alias.unit.lower() in units) == alias.setting.endswith(units)
    if alias.unit.lower() in units:
        assert alias.setting.endswith(f"_{alias.unit.lower()}")


def test_names_in_small_letters_are_other_variables(monkeypatch):
    default = load_settings()
    monkeypatch.setenv("num_workers", str(default.workers + 1))
    assert load_settings() == default


@pytest.mark.parametrize("variable", WITHOUT_MEANING)
def test_a_variable_without_meaning_is_no_error_and_is_told(monkeypatch, variable):
    default = load_settings()
    assert without_meaning() == {}
    monkeypatch.setenv(variable, "anything at all")
    assert load_settings() == default
    assert without_meaning() == {variable: WITHOUT_MEANING[variable]}
