"""What was sent to a server is remembered, and trouble with that ends nothing."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pagemill.cli.ingest.memory import Memory, state_folder
from pagemill.ports import Source, Taken

SOURCE = Source("key", "/in/a.pdf", 12, 34, "ab" * 32, Taken.ACCEPTED, "job")


def test_what_is_kept_is_there_for_the_next_run_and_for_others_now(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "memory.db"
    with closing(Memory(path, print)) as one, closing(Memory(path, print)) as other:
        one.keep([SOURCE])
        assert other.known(["key", "none"]) == {"key": SOURCE}
    with closing(Memory(path, print)) as later:
        assert later.known(["key"]) == {"key": SOURCE}
        assert later.known([f"no {number}" for number in range(2000)]) == {}


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be none" * 50, None])
def test_a_damaged_memory_is_begun_anew(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "memory.db"
    if content is None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE source (of TEXT)")
    else:
        path.write_bytes(content)
    said: list[str] = []
    with closing(Memory(path, said.append)) as memory:
        memory.keep([SOURCE])
        assert memory.known(["key"]) == {"key": SOURCE}
    assert said == []


def test_where_nothing_can_be_remembered_it_is_said_once_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    said: list[str] = []
    with closing(Memory(tmp_path / "file" / "memory.db", said.append)) as memory:
        memory.keep([SOURCE])
        assert memory.known(["key"]) == {"key": SOURCE}
    assert len(said) == 1
    assert "cannot be remembered here" in said[0]


def test_a_memory_that_is_held_by_somebody_else_for_ever_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pagemill.cli.ingest.memory.BUSY_SECONDS", 0.01)
    path = tmp_path / "memory.db"
    said: list[str] = []
    with closing(Memory(path, said.append)) as memory, closing(sqlite3.connect(path)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        memory.keep([SOURCE])
        memory.keep([SOURCE])
        assert memory.known(["key"]) == {}
    assert len(said) == 1


def test_paths_that_are_no_text_are_remembered_all_the_same(tmp_path: Path) -> None:
    odd = Source("odd", os.fsdecode(b"/in/br\xfcder.pdf"), 1, 2)
    with closing(Memory(tmp_path / "memory.db", print)) as memory:
        memory.keep([odd])
        assert memory.known(["odd"])["odd"].size_bytes == 1


@pytest.mark.parametrize(
    ("given", "folder"),
    [
        ("/var/state", "/var/state"),
        ("", "/home/ann/.local/state"),
        ("relative", "/home/ann/.local/state"),
    ],
)
def test_the_state_lies_where_the_desktop_says(given: str, folder: str) -> None:
    found = state_folder({"XDG_STATE_HOME": given}, Path("/home/ann"))
    assert found == Path(folder) / "pagemill" / "ingest"
