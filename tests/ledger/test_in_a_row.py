"""Statements that do not wait for each other: an error of one still undoes them all."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ledger.desk import SqliteKit
from ledger.postgres_kit import new_kit
from pagemill.ledger.database import Database
from pagemill.ledger.postgres.database import PostgresDatabase
from pagemill.ledger.sqlite.database import SqliteDatabase
from pagemill.model.task import RetryPolicy
from pagemill.testing.clock import SettableClock
from postgres_server import PostgresServer


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    made: Database
    if request.param == "sqlite":
        SqliteKit(tmp_path / "l.db").open(SettableClock(), policy=RetryPolicy()).close()
        made = SqliteDatabase(tmp_path / "l.db", is_durable=False)
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        made = PostgresDatabase(new_kit(server).url, schema=99)
    yield made
    made.close()


def names(database: Database) -> set[str]:
    with database.read() as sql:
        return {row["name"] for row in sql.list_pools()}


def test_rows_are_given_and_changes_are_not_counted(database: Database) -> None:
    with database.write(is_counting=False) as sql:
        assert sql.add_pool(pool="one") is None
        assert sql.add_pool(pool="two") is None
        assert {row["name"] for row in sql.list_pools()} >= {"one", "two"}
    assert names(database) >= {"one", "two"}
    with database.write() as sql:
        assert sql.add_pool(pool="three") == 1


@pytest.mark.parametrize("is_asked_for_more", [True, False])
def test_an_error_that_nobody_waited_for_undoes_everything(
    database: Database, is_asked_for_more: bool
) -> None:
    before = names(database)
    with (
        pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError), match="max_running"),
        database.write(is_counting=False) as sql,
    ):
        sql.add_pool(pool="one")
        sql.set_pool_limit(pool="one", max_running=-1)
        if is_asked_for_more:
            sql.list_pools()
    assert names(database) == before
    with database.write(is_counting=False) as sql:
        sql.add_pool(pool="after")
    assert names(database) == before | {"after"}
