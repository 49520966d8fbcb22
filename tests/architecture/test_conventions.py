"""What the house style asks for and no linter checks."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pagemill.errors import CATALOGUE
from pagemill.model.event import EventKind
from pagemill.settings import Settings

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "pagemill"
MAX_LINES = 420
TEXTS = {".py", ".sql", ".md", ".toml", ".sh", ".html", ".css", ".cfg", ".yml", ".yaml", ""}
NOT_OURS = {"samples", "__pycache__", "node_modules"}
ROOMS = ("src", "tests", "bench", "scripts", "docs", ".ci")
RESERVED: frozenset[str] = frozenset()  # codes that stand in the catalogue before their room does

# One letter of each stands in brackets, so that this file does not find itself.
FORBIDDEN = {
    "unfinished work": r"\b(TO[D]O|FIX[M]E|XX[X]|HAC[K])\b",
    "a path of somebody's machine": r"(?<![\w./*-])/(wor[k]|home/\w+|roo[t])/\w",
    "a folder beside the repository": r"\.\./share[d]",
    "a package index": r"pypi\.or[g]|pythonhosted\.or[g]|registry\.npmj[s]",
    "how the text came to be": r"(?i)\bas an a[i]\b|suba[g]ent|this sessio[n]\b|issue #?\d",
}


def files() -> Iterator[Path]:
    """Every text file of the repository that people write."""
    yield from (p for p in ROOT.iterdir() if p.is_file() and p.suffix in TEXTS - {""})
    for room in ROOMS:
        for path in (ROOT / room).rglob("*"):
            is_ours = not NOT_OURS & set(path.parts)
            if is_ours and path.is_file() and path.suffix in TEXTS:
                yield path


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield path, ast.parse(path.read_text())


def strings(tree: ast.AST) -> set[str]:
    """Every piece of text in the code, docstrings included."""
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def raised_codes(tree: ast.AST) -> Iterator[str]:
    """First arguments of `PagemillError(...)` and `Failure(...)` that are written out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            first = node.args[0]
            is_error = node.func.id in {"PagemillError", "Failure"}
            if is_error and isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def test_no_file_is_longer_than_a_reader_likes() -> None:
    code = [p for p in files() if p.suffix in {".py", ".sql"}]
    long = {
        str(p.relative_to(ROOT)): lines
        for p in code
        if (lines := len(p.read_text().splitlines())) > MAX_LINES
    }
    assert not long


@pytest.mark.parametrize("what", FORBIDDEN)
def test_nothing_is_left_lying_about(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in files()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("unfinished work", f"# TO{'DO'}: later"),
        ("a path of somebody's machine", f"Path('/wo{'rk'}/main')"),
        ("a folder beside the repository", f"see ../sha{'red'}/notes"),
        ("a package index", f"https://pypi.{'org'}/simple"),
        ("how the text came to be", f"see issue {'#12'}"),
    ],
)
def test_the_search_finds_what_it_looks_for(what: str, line: str) -> None:
    assert re.search(FORBIDDEN[what], line)
    assert not re.search(FORBIDDEN[what], "from pagemill.work import steps  # src/pagemill/work/x")


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_says_what_it_means(name: str) -> None:
    description = Settings.model_fields[name].description or ""
    assert description.endswith(".")
    assert len(description) > 10


def test_every_setting_is_used() -> None:
    users = (p for p in SOURCE.rglob("*.py") if p.relative_to(SOURCE).parts[0] != "settings")
    text = "\n".join(p.read_text() for p in users)
    unused = [name for name in Settings.model_fields if not re.search(rf"\b{name}\b", text)]
    assert not unused


def test_every_code_raised_stands_in_the_catalogue() -> None:
    unknown = {
        (str(path.relative_to(ROOT)), code)
        for path, tree in modules()
        for code in raised_codes(tree)
        if code not in CATALOGUE
    }
    assert not unknown


def test_every_code_of_the_catalogue_is_raised_somewhere() -> None:
    used = {text for path, tree in modules() if path.name != "errors.py" for text in strings(tree)}
    assert set(CATALOGUE) - used == RESERVED


def test_every_kind_of_event_is_written_by_the_ledger() -> None:
    ledger = SOURCE / "ledger"
    text = "\n".join(p.read_text() for p in ledger.rglob("*") if p.suffix in {".py", ".sql"})
    silent = [k for k in EventKind if f"EventKind.{k.name}" not in text and f"'{k}'" not in text]
    assert not silent


def test_every_query_says_what_it_promises() -> None:
    """Queries are named `-- name: ...`; a comment line of its own follows or goes before."""
    bare = [
        f"{path.name}: {query.splitlines()[0]}"
        for path in sorted(SOURCE.rglob("queries/**/*.sql"))
        for query in re.split(r"(?m)^(?=-- name:)", path.read_text())[1:]
        if not re.search(r"(?m)^\s*--\s+(?!name:|record_class:)\w", query)
    ]
    assert not bare


def test_every_module_says_what_it_is_for() -> None:
    mute = [str(p.relative_to(ROOT)) for p, tree in modules() if not ast.get_docstring(tree)]
    assert not mute
