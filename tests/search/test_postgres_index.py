"""The index in tables of PostgreSQL keeps the same promises."""

from collections.abc import Callable

import psycopg
import pytest
from index_contract import IndexContract, page

from pagemill.errors import PagemillError
from pagemill.model.search import wanted_of
from pagemill.ports import Looked, SearchIndex
from pagemill.search.postgres import PostgresIndex
from postgres_server import PostgresServer

MILL = Looked(wanted_of("mill "), "ann")


class TestPostgresIndex(IndexContract):
    @pytest.fixture
    def open_index(self, postgres: PostgresServer) -> Callable[[], SearchIndex]:
        url = postgres.new_database()
        return lambda: PostgresIndex(url)


def test_tables_of_another_form_are_made_anew(postgres: PostgresServer) -> None:
    url = postgres.new_database()
    index = PostgresIndex(url)
    index.prepare()
    index.put([page("a mill")])
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE search_mark SET form = 77")
    assert index.prepare()
    assert index.find(MILL).total == 0
    assert not index.prepare()
    index.close()


def test_connections_that_were_lost_are_made_anew(postgres: PostgresServer) -> None:
    url = postgres.new_database()
    index = PostgresIndex(url)
    index.prepare()
    index.put([page("a mill")])
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with pytest.raises(PagemillError) as refused:
        index.find(MILL)
    assert refused.value.code == "search_unavailable"
    assert index.find(MILL).total == 1
    index.close()


def test_the_longest_page_of_words_fits(postgres: PostgresServer) -> None:
    index = PostgresIndex(postgres.new_database())
    index.prepare()
    text = " ".join(f"word{number}" for number in range(12_000))[:100_000]
    index.put([page(text + " " + "x" * 3000), page("'quoted' \\ back", 2)])
    assert index.find(Looked(wanted_of("word9999 "), "ann")).total == 1
    index.close()
