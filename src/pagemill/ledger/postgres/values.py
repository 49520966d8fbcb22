"""How values travel between Python and PostgreSQL, so that no query need care which database it is.

Rows answer as SQLite's do (`row["name"]`, `row[0]`). Integers of any size go as BIGINT, booleans as
0 and 1, text never with what no PostgreSQL takes. Sums and averages come back as int and float.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from psycopg import Connection, Cursor
from psycopg.abc import Buffer
from psycopg.adapt import Dumper, Loader
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import StrDumper


class Row:
    """One row; iterates over its values."""

    __slots__ = ("_names", "_values")

    def __init__(self, names: dict[str, int], values: Sequence[Any]) -> None:
        self._names = names
        self._values = values

    def __getitem__(self, key: str | int) -> Any:  # noqa: ANN401  whatever the column holds
        return self._values[key if isinstance(key, int) else self._names[key]]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def keys(self) -> list[str]:
        return list(self._names)


class RowMaker:
    """Makes rows of one result (psycopg's row factory)."""

    def __init__(self, cursor: Cursor[Any]) -> None:
        columns = cursor.description or ()
        self._names = {column.name: n for n, column in enumerate(columns)}

    def __call__(self, values: Sequence[Any]) -> Row:
        return Row(self._names, values)


class _TextDumper(StrDumper):
    """What comes from outside may hold a NUL or half a character, which nothing stored is equal to:
    asked for, it is not found.
    """

    def dump(self, obj: str) -> Buffer:
        return obj.replace("\x00", "\ufffd").encode("utf-8", "replace")


class _BoolDumper(Dumper):
    oid = Int8Dumper.oid

    def dump(self, obj: bool) -> Buffer:  # noqa: FBT001  the value itself
        return b"1" if obj else b"0"


class _NumericLoader(Loader):
    """What `sum` and `avg` give."""

    def load(self, data: Buffer) -> int | float:
        text = bytes(data)
        return float(text) if b"." in text or b"a" in text.lower() else int(text)


def adapt(connection: Connection[Any]) -> None:
    """From now on values travel over this connection in our way."""
    connection.adapters.register_dumper(str, _TextDumper)
    connection.adapters.register_dumper(int, Int8Dumper)
    connection.adapters.register_dumper(bool, _BoolDumper)
    connection.adapters.register_loader("numeric", _NumericLoader)
