"""The import contracts hold, and would not if somebody broke them.

A copy of the package gets one planted module per contract; the linter has to name each of them.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = "from importlinter.cli import lint_imports_command as lint; lint()"
PLANTED = {
    "layers": ("model", "pagemill.ports"),
    "doors": ("web", "pagemill.ledger"),
    "adapters": ("work", "pagemill.shelf"),
    "plugins": ("outputs", "pagemill.shelf"),
    "foreign": ("service", "fastapi"),
}
ON_ONE_LINE = {"ledger": "shelf", "engines": "documents", "service": "work"}


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Checks the package below `root`, with the contracts of this repository."""
    return subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache", "--no-logo"],
        cwd=root,
        env=dict(os.environ, PYTHONPATH=str(root / "src"), COLUMNS="200", NO_COLOR="1"),
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("copy")
    shutil.copyfile(ROOT / "pyproject.toml", root / "pyproject.toml")
    shutil.copytree(
        ROOT / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__", "*.pyc")
    )
    return root


@pytest.fixture(scope="module")
def broken(copy: Path) -> str:
    """What the linter says of a copy with every violation planted at once."""
    found = [
        *PLANTED.values(),
        *((room, f"pagemill.{other}") for room, other in ON_ONE_LINE.items()),
    ]
    for room, wanted in found:
        home = copy / "src" / "pagemill" / room
        if not home.is_dir():  # a room of one file
            home.mkdir()
            home.with_suffix(".py").rename(home / "__init__.py")
        with (home / "planted.py").open("a") as module:
            module.write(f"import {wanted}\n")
    result = lint(copy)
    assert result.returncode == 1, result.stdout + result.stderr
    return result.stdout


def test_the_contracts_hold() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_import_breaks_its_contract(broken: str, contract: str) -> None:
    room, wanted = PLANTED[contract]
    assert re.search(rf"pagemill\.{room}\.planted\s*->\s*{re.escape(wanted)}\b", broken), broken


@pytest.mark.parametrize("room", ON_ONE_LINE)
def test_rooms_on_one_line_may_not_see_each_other(broken: str, room: str) -> None:
    wanted = f"pagemill.{ON_ONE_LINE[room]}"
    assert re.search(rf"pagemill\.{room}\.planted\s*->\s*{re.escape(wanted)}\b", broken), broken


def test_every_contract_breaks_when_it_is_violated(broken: str) -> None:
    names = re.findall(r'^name = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    contracts = [name for name in names if name != "pagemill"]
    assert len(contracts) == len(PLANTED)
    for name in contracts:
        assert f"{name} BROKEN" in broken
