"""Queries are found by their names alone, over all files: a second of the same name would take the
place of the first, and nobody would notice.
"""

import re
from collections import Counter
from pathlib import Path

import pytest

import pagemill.ledger

ROOM = Path(pagemill.ledger.__file__).parent
FOR_BOTH, FOR_POSTGRES = ROOM / "queries", ROOM / "postgres" / "queries"


def names(folder: Path) -> Counter[str]:
    found = (
        re.findall(r"^-- name: (\w+)", p.read_text(), re.MULTILINE) for p in folder.glob("*.sql")
    )
    return Counter(name for several in found for name in several)


@pytest.mark.parametrize("folder", [FOR_BOTH, FOR_POSTGRES], ids=["both", "postgres"])
def test_no_name_stands_for_two_queries(folder: Path) -> None:
    assert [name for name, count in names(folder).items() if count > 1] == []


def test_a_query_for_one_database_overrides_one_for_both() -> None:
    assert names(FOR_POSTGRES).keys() - names(FOR_BOTH).keys() == set()
