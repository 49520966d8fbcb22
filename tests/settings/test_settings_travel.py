"""Settings reach the node process through its environment as they are."""

from pathlib import Path

import pytest

from pagemill.app.keeper import environment_of
from pagemill.settings import ALIASES, CONFIG_VARIABLE, Settings, load_settings, variable_of


@pytest.fixture
def arrived(monkeypatch):
    """What a process loads that was started with such settings."""

    def load(given: Settings) -> Settings:
        for name, value in environment_of(given).items():
            monkeypatch.setenv(name, value)
        return load_settings()

    return load


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"data": Path("/tmp/with a space/größe")},
        {"input_folder": None},
        {"input_folder": Path("scans")},
        {"require_tokens": True},
        {"require_tokens": False},
        {"plugins": "", "cors_origins": "", "allowed_hosts": ""},
        {"cors_origins": "https://a.example,https://b.example", "plugins": "a:b,c:d"},
        {"backoff_base_seconds": 0.1 + 0.2, "min_upload_kbps": 1e-7, "lease_seconds": 1e16},
        {"workers": 3, "max_page_pixels": 10_000, "max_stored_mb": 10**12},
    ],
    ids=str,
)
def test_settings_survive_the_way_to_the_node(arrived, changes):
    given = load_settings().model_copy(update=changes)
    assert arrived(given) == given


def test_every_setting_travels():
    variables = set(environment_of(load_settings()))
    assert variables == {variable_of(name) for name in Settings.model_fields} | {CONFIG_VARIABLE}


def test_the_node_takes_no_setting_from_anywhere_else(arrived, folder, monkeypatch):
    given = load_settings(workers=3)
    (folder / "pagemill.toml").write_text("this was being [edited")
    for alias in ALIASES:
        monkeypatch.setenv(alias.variable, "5")
    assert arrived(given) == given
