"""Every bench can be started, and the one that runs all knows it."""

import importlib.util
import sys
from pathlib import Path

import pytest

import run
from library import SAMPLES

BENCH = Path(run.__file__).parent
SCRIPTS = sorted(path for path in BENCH.glob("*.py"))
MAKEFILE = SAMPLES.parents[1] / "Makefile"


def name_of(script: Path) -> str:
    return script.stem


@pytest.mark.parametrize("script", SCRIPTS, ids=name_of)
def test_what_a_bench_imports_is_there(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"bench_{script.stem}"
    spec = importlib.util.spec_from_file_location(name, script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)  # dataclasses look their module up
    spec.loader.exec_module(module)
    assert module.__doc__


def test_the_bench_of_all_names_every_bench_and_has_a_short_run_of_each() -> None:
    benches = {script.stem for script in SCRIPTS} - run.NO_BENCH
    assert set(run.ORDER) == benches
    assert set(run.QUICK) == benches


def test_every_bench_stands_in_the_table() -> None:
    table = (BENCH / "README.md").read_text()
    assert [name for name in run.ORDER if f"| `{name}.py" not in table] == []


def test_the_engines_can_be_measured_by_make() -> None:
    assert "\nbench-engines: " in MAKEFILE.read_text()
