"""The index in a file of SQLite's keeps every promise, and is made anew when the file is lost."""

from collections.abc import Callable
from pathlib import Path

import pytest
from index_contract import IndexContract, page

from pagemill.errors import PagemillError
from pagemill.model.search import wanted_of
from pagemill.ports import Looked, SearchIndex
from pagemill.search import SEARCH_FILE, SqliteIndex

MILL = Looked(wanted_of("mill "), "ann")


class TestSqliteIndex(IndexContract):
    @pytest.fixture
    def open_index(self, tmp_path: Path) -> Callable[[], SearchIndex]:
        return lambda: SqliteIndex(tmp_path / SEARCH_FILE)


@pytest.mark.parametrize("damage", ["gone", "no database", "another form", "torn"])
def test_a_file_that_is_no_good_is_made_anew_while_others_read_it(
    tmp_path: Path, damage: str
) -> None:
    path = tmp_path / SEARCH_FILE
    filler, reader = SqliteIndex(path), SqliteIndex(path)
    filler.prepare()
    filler.put([page("a mill " * 200, number) for number in range(1, 200)])
    assert reader.find(MILL).total == 199
    filler.close()
    reader.close()
    spoil(path, damage)
    if damage == "torn":
        with pytest.raises(PagemillError, match="malformed"):
            filler.put([page("a mill " * 200, number) for number in range(1, 200)])
    assert filler.prepare()
    assert reader.find(MILL).total == 0
    filler.put([page("a mill")])
    assert reader.find(MILL).total == 1
    assert not filler.prepare()
    assert sorted(p.name for p in tmp_path.iterdir() if "old" in p.name) == []


def spoil(path: Path, damage: str) -> None:
    match damage:
        case "gone":
            path.unlink()
        case "no database":
            path.write_bytes(b"nothing of the kind" * 1000)
        case "another form":
            data = bytearray(path.read_bytes())
            data[60:64] = (77).to_bytes(4)  # `user_version` (file format, §1.3)
            path.write_bytes(data)
        case _:
            data = bytearray(path.read_bytes())
            for at in range(8 * 4096, len(data), 4096):
                data[at : at + 2000] = b"\xee" * 2000
            path.write_bytes(data)


def test_whoever_reads_makes_no_file(tmp_path: Path) -> None:
    assert not SqliteIndex(tmp_path / SEARCH_FILE).find(MILL).is_complete
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(PagemillError, match="not there"):
        SqliteIndex(tmp_path / SEARCH_FILE).put([page("a mill")])
