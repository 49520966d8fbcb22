"""Of several values for one setting, which counts, and where it is said to come from."""

from pathlib import Path

import pytest

from pagemill.settings import ALIASES, Settings, load_settings, sources_of

# Weakest first; all give the number of workers.
PLACES = ("pagemill.toml", "MAX_CONCURRENCY", "OCR_CONCURRENT_JOBS", "NUM_WORKERS")
PLACES += ("PAGEMILL_WORKERS", "flag")


@pytest.fixture
def give(folder, monkeypatch):
    """Puts a number of workers in a place; flags are returned."""

    def give_workers(place: str, count: int) -> dict[str, int]:
        if place == "flag":
            return {"workers": count}
        if place.endswith(".toml"):
            (folder / place).write_text(f"workers = {count}\n")
        else:
            monkeypatch.setenv(place, str(count))
        return {}

    return give_workers


def source_of(setting: str, **flags: object) -> str:
    (found,) = [s.source for s in sources_of(**flags) if s.name == setting]
    return found


@pytest.mark.parametrize("strongest", range(len(PLACES)), ids=PLACES)
def test_the_strongest_place_that_gives_a_value_counts(give, strongest):
    flags = {}
    for number, place in enumerate(PLACES[: strongest + 1]):
        flags |= give(place, 10 + number)
    assert load_settings(**flags).workers == 10 + strongest
    assert source_of("workers", **flags) == PLACES[strongest]


@pytest.mark.parametrize("weaker", PLACES[:-1])
def test_a_flag_beats_every_other_place(give, weaker):
    give(weaker, 5)
    assert load_settings(workers=6).workers == 6


def test_without_any_of_them_the_default_counts():
    assert load_settings() == Settings()
    assert load_settings().page_timeout_seconds == 120.0
    assert {setting.source for setting in sources_of()} == {"default"}


def test_a_flag_that_is_none_was_not_given(give):
    give("PAGEMILL_WORKERS", 5)
    assert load_settings(workers=None).workers == 5
    assert source_of("workers", workers=None) == "PAGEMILL_WORKERS"


def test_a_value_that_a_stronger_one_hides_is_not_checked(give, monkeypatch):
    monkeypatch.setenv("NUM_WORKERS", "as many as there are")
    give("PAGEMILL_WORKERS", 5)
    assert load_settings().workers == 5


def test_a_default_that_is_given_comes_from_where_it_was_given(monkeypatch):
    monkeypatch.setenv("PAGEMILL_PORT", "8000")
    assert source_of("port") == "PAGEMILL_PORT"


def test_every_setting_is_told_once_with_its_value(monkeypatch):
    monkeypatch.setenv("PAGEMILL_INPUT_FOLDER", "in")
    told = sources_of(data=Path("here"))
    assert [setting.name for setting in told] == list(Settings.model_fields)
    values = {setting.name: setting.value for setting in told}
    assert values == load_settings(data=Path("here")).model_dump()
    assert values["input_folder"] == Path("in")


def test_the_places_of_this_table_are_all_there_are():
    assert {alias.variable for alias in ALIASES if alias.setting == "workers"} < set(PLACES)
