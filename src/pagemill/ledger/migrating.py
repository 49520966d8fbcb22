"""Numbered SQL files, and what they say of themselves. Each database knows how to apply them."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Migration:
    """`0002_people.sql` is number 2. `-- compatible with 1` at its beginning says that programs
    which know version 1 go on with what it makes; without it only those that know it do. On
    PostgreSQL `-- outside a transaction` is for indexes that are built while others write.
    """

    number: int
    path: Path

    @property
    def compatible(self) -> int:
        found = re.search(r"^-- compatible with (\d+)$", self.script, re.MULTILINE)
        return int(found[1]) if found else self.number

    @property
    def is_outside(self) -> bool:
        return "\n-- outside a transaction\n" in f"\n{self.script}"

    @property
    def script(self) -> str:
        return self.path.read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class MigrationStatus:
    """Where a database stands. `version` 0: it does not exist yet, or is empty."""

    version: int
    latest: int
    pending: tuple[str, ...]


def read_migrations(folder: Path) -> list[Migration]:
    """All migrations in order; numbers are 1, 2, 3 without a gap."""
    paths = sorted(folder.glob("[0-9]*_*.sql"))
    migrations = [Migration(int(p.stem.partition("_")[0]), p) for p in paths]
    if [m.number for m in migrations] != list(range(1, len(migrations) + 1)):
        raise ValueError(f"Migrations in {folder} are not numbered 1, 2, 3")
    return migrations


def statements_of(script: str) -> Iterator[str]:
    """The statements of an SQL file, which end with a semicolon at the end of a line."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
