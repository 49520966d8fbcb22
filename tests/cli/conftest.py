"""The command as a person runs it: a process of its own, in a folder of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
COMMAND = (sys.executable, "-m", "pagemill")


def clean_environment(**extra: str) -> dict[str, str]:
    """This process's, without any setting of Pagemill's, and with two workers at most."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PAGEMILL_")}
    return kept | {"PAGEMILL_WORKERS": "2"} | extra


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs `pagemill <arguments>` in an empty folder; keyword arguments are settings."""

    def run_in_folder(*arguments: object, **settings: str) -> subprocess.CompletedProcess[str]:
        extra = {f"PAGEMILL_{name.upper()}": value for name, value in settings.items()}
        return subprocess.run(
            [*COMMAND, *map(str, arguments)],
            cwd=tmp_path,
            env=clean_environment(**extra),
            capture_output=True,
            text=True,
            timeout=240,
        )

    return run_in_folder
