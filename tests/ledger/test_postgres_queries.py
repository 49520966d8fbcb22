"""Every query is one PostgreSQL understands, whatever its parameters are."""

import re
from contextlib import closing

import psycopg
import pytest

from ledger.postgres_kit import new_kit
from pagemill.ledger.postgres import database
from pagemill.ledger.postgres.values import Row
from pagemill.ledger.statements import load_queries
from postgres_server import PostgresServer

QUERIES = load_queries("psycopg", database.QUERIES)

# What a statement may say of values that make no sense, once it was understood.
SENSELESS = (psycopg.IntegrityError, psycopg.DataError)


@pytest.fixture(scope="module")
def url(postgres: PostgresServer) -> str:
    return new_kit(postgres).url


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_is_understood_without_a_single_value(url: str, name: str) -> None:
    """A parameter whose type PostgreSQL cannot see fails when it is NULL, not before."""
    sql = QUERIES[name].sql
    parameters: dict[str, object] = dict.fromkeys(re.findall(r"%\((\w+)\)s", sql))
    with closing(database.connect(url)) as connection:
        understand(connection, sql, parameters)


def understand(
    connection: psycopg.Connection[Row], sql: str, parameters: dict[str, object]
) -> None:
    connection.execute("BEGIN")
    try:
        connection.execute(sql, parameters)  # type: ignore[call-overload]  our own
    except SENSELESS:
        pass
    finally:
        connection.execute("ROLLBACK")


def test_text_is_compared_by_bytes_everywhere(url: str) -> None:
    """The order of ids, and the ends of ranges, must not depend on a language."""
    with closing(database.connect(url)) as connection:
        found = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type = 'text'"
            " AND table_name <> 'schema_version' AND collation_name IS DISTINCT FROM 'C'"
        ).fetchall()
    assert [tuple(row) for row in found] == []
