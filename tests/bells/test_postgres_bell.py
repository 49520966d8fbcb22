"""A bell between machines: rings reach every listener, and the server may come and go."""

import select
import threading
from collections.abc import Iterator

import psycopg
import pytest

from pagemill.bells.postgres import CHANNEL, PostgresBell
from postgres_server import PostgresServer, postgres_server

PATIENCE_SECONDS = 60.0


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    return postgres.new_database()


@pytest.fixture
def bell(url: str) -> Iterator[PostgresBell]:
    yield from listening(url)


def listening(url: str) -> Iterator[PostgresBell]:
    """One that is connected: it rings itself once when it is."""
    bell = PostgresBell(url)
    bell.listen()
    assert is_rung(bell)
    bell.clear()
    yield bell
    bell.close()


def is_rung(bell: PostgresBell, seconds: float = PATIENCE_SECONDS) -> bool:
    return bool(select.select([bell.listen()], [], [], seconds)[0])


def ring_until_heard(ringer: PostgresBell, listener: PostgresBell) -> None:
    """A ring may be lost, never all of them."""
    for _ in range(round(PATIENCE_SECONDS / 0.2)):
        ringer.ring()
        if is_rung(listener, 0.2):
            return
    raise AssertionError("no ring was heard")


def test_a_ring_of_another_process_wakes_the_listener_and_clear_ends_it(
    url: str, bell: PostgresBell
) -> None:
    ringer = PostgresBell(url)
    ringer.ring()
    assert is_rung(bell)
    bell.clear()
    assert not is_rung(bell, 0)
    ringer.close()


def test_every_listener_hears_a_ring(url: str, bell: PostgresBell) -> None:
    for other in listening(url):
        bell.ring()
        assert is_rung(bell)
        assert is_rung(other)


def test_rings_at_the_same_time_trouble_the_server_but_now_and_then(
    url: str, bell: PostgresBell
) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"LISTEN {CHANNEL}")
        threads = [threading.Thread(target=ring_often, args=(bell,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        heard = list(connection.notifies(timeout=PATIENCE_SECONDS, stop_after=1))
        heard += list(connection.notifies(timeout=0))
    assert 1 <= len(heard) < 8 * 500 / 2


def ring_often(bell: PostgresBell) -> None:
    for _ in range(500):
        bell.ring()


def test_ringing_without_a_server_never_fails() -> None:
    bell = PostgresBell("postgresql://nobody@127.0.0.1:1/nothing")
    ring_often(bell)
    bell.close()


def test_a_server_that_comes_back_is_heard_again_at_the_same_descriptor() -> None:
    with postgres_server() as server:
        bell = PostgresBell(server.url())
        descriptor = bell.listen()
        ring_until_heard(bell, bell)
        server.stop("immediate")
        bell.ring()
        server.start()
        ring_until_heard(bell, bell)
        bell.clear()
        ring_until_heard(bell, bell)
        assert bell.listen() == descriptor
        bell.close()


def test_a_listener_that_was_away_rings_once_it_is_back() -> None:
    """Nobody rings here: what it may have missed is reason enough."""
    with postgres_server() as server:
        for bell in listening(server.url()):
            server.stop("immediate")
            server.start()
            assert is_rung(bell)
