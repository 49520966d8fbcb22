"""The reference is written from the code, and nothing in the code is left out of it."""

import importlib.util
from pathlib import Path

import pytest

from pagemill.settings import ALIASES, WITHOUT_MEANING

ROOT = Path(__file__).parents[2]
BY_HAND = {"ancestors.md"}  # held by test_ancestors.py


@pytest.fixture(scope="module")
def reference():
    """The script that `make docs` runs."""
    spec = importlib.util.spec_from_file_location("reference", ROOT / "scripts" / "reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_page_is_what_the_code_says_now(reference):
    written = {name: (reference.FOLDER / name).read_text() for name in reference.pages()}
    assert written == reference.pages(), "Run `make docs`."


def test_no_page_lies_there_that_nobody_writes(reference):
    assert {path.name for path in reference.FOLDER.iterdir()} == set(reference.pages()) | BY_HAND


def test_what_is_not_documented_is_an_error(reference):
    with pytest.raises(LookupError, match="PAGEMILL_NEW"):
        reference._required("PAGEMILL_NEW", None)


def test_nothing_is_documented_that_does_not_exist(reference):
    http = reference.pages()["http.md"]
    assert [route for route in reference.PLAIN_ROUTES if f"`{route}`" not in http] == []


def test_every_name_of_other_systems_is_documented(reference):
    page = (reference.FOLDER / "settings.md").read_text()
    rows = [f"| `{a.variable}` | `{a.setting}` | {a.unit} | `{a.known_from[0]}`" for a in ALIASES]
    rows += [f"| `{name}` | {why} |" for name, why in WITHOUT_MEANING.items()]
    assert [row for row in rows if row not in page] == []
