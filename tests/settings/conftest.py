"""A folder and an environment that hold no settings but those of the test."""

import os
from pathlib import Path

import pytest

from pagemill_process import is_setting


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder."""
    for name in os.environ:
        if is_setting(name):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path
