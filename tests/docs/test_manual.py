"""The manual holds what it says: links lead somewhere, commands and settings exist, code runs."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from pagemill.cli.commands import app
from pagemill.settings import CONFIG_VARIABLE, Settings, sources_of, variable_of
from pagemill.testing.documents import text_pdf
from pagemill_process import COMMAND, clean_environment, serving

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def every(page):
    return str(page.relative_to(ROOT))


def blocks(page, *languages):
    return [body for language, body in BLOCK.findall(page.read_text()) if language in languages]


@pytest.mark.parametrize("page", PAGES, ids=every)
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text())
    inside = [link for link in links if not re.match(r"https?:", link)]
    assert [link for link in inside if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=every)
def test_settings_that_are_named_exist(page):
    named = set(re.findall(r"\bPAGEMILL_[A-Z][A-Z_]+\b", page.read_text()))
    known = {variable_of(name) for name in Settings.model_fields} | {CONFIG_VARIABLE}
    assert named - known == set()


@pytest.mark.parametrize("page", PAGES, ids=every)
def test_commands_that_are_shown_exist_with_their_options(page):
    lines = [line for body in blocks(page, "sh", "console") for line in body.splitlines()]
    for line in lines:
        words = shlex.split(line.removeprefix("$ "), comments=True)
        if words[:1] == ["pagemill"]:
            assert unknown(words[1:]) == [], line


def unknown(words):
    """Options of a command line that the command does not have."""
    command = get_command(app)
    while hasattr(command, "commands") and words:
        command, words = command.commands[words[0]], words[1:]
    known = {o for p in command.params for o in (*p.opts, *p.secondary_opts)}
    end = words.index("|") if "|" in words else len(words)
    return [word for word in words[:end] if word.startswith("-") and word not in known]


def test_every_command_is_in_the_readme():
    readme = (ROOT / "README.md").read_text()
    root = get_command(app)
    named = [
        f"pagemill {name} {child}".rstrip()
        for name, command in root.commands.items()
        for child in getattr(command, "commands", {"": None})
    ]
    assert [name for name in named if f"`{name}" not in readme] == []


@pytest.mark.parametrize("page", PAGES, ids=every)
def test_settings_files_that_are_shown_are_taken(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for body in blocks(page, "toml"):
        if not body.startswith("[project"):
            (tmp_path / "pagemill.toml").write_text(body)
            sources = {setting.source for setting in sources_of()}
            assert "pagemill.toml" in sources


def test_make_targets_that_are_named_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {name for page in PAGES for name in re.findall(r"`?make ([a-z]+)", code_of(page))}
    assert named >= {"demo", "test"}
    assert named - targets == set()


def code_of(page):
    """What stands in code, in a block or between backticks."""
    text = page.read_text()
    return "\n".join([*blocks(page, "sh"), *re.findall(r"`[^`\n]+`", text)])


def test_every_promise_names_a_test_that_exists():
    promises = re.findall(r"\[`(test_\w+)`\]\(([^)]+)\)", (ROOT / "README.md").read_text())
    assert len(promises) >= 5
    missing = [(t, f) for t, f in promises if f"def {t}(" not in (ROOT / f).read_text()]
    assert missing == []


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "docs" / "tutorial.md"], ids=every)
def test_the_client_example_runs_as_it_stands(page, tmp_path):
    (tmp_path / "tests" / "samples").mkdir(parents=True)
    for name in ("scan.pdf", "tests/samples/vicksburg.pdf"):
        (tmp_path / name).write_bytes(text_pdf(2))
    (example,) = blocks(page, "python")
    with serving(tmp_path) as url:
        done = subprocess.run(
            [sys.executable, "-c", example.replace("http://127.0.0.1:8000", url)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
    assert done.stderr == ""
    assert "This is leaf 2." in done.stdout


def test_the_engine_of_the_how_to_works(tmp_path):
    page = ROOT / "docs" / "how-to" / "plug-in-engine.md"
    (tmp_path / "shout.py").write_text(blocks(page, "python")[0])
    (tmp_path / "letter.pdf").write_bytes(text_pdf(1))
    settings = {"plugins": "shout:Shout"}
    assert "PAGEMILL_PLUGINS=shout:Shout" in page.read_text()
    done = subprocess.run(
        [*COMMAND, "convert", "letter.pdf", "--engine", "shout"],
        cwd=tmp_path,
        env=clean_environment(settings) | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "THIS IS LEAF 1." in done.stdout
