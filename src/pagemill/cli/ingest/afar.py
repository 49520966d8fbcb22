"""Ingest over HTTP: the same errand, with a server that makes the jobs."""

import os
import random
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from pagemill.cli.ingest.door import Door
from pagemill.cli.ingest.errand import Errand, Order, carry_out
from pagemill.cli.ingest.memory import Memory, state_folder
from pagemill.cli.ingest.rehearsal import Rehearsal
from pagemill.cli.ingest.remote import Parcel, RemoteIntake, greet
from pagemill.cli.ingest.standing import RemoteLookout
from pagemill.cli.ingest.walk import source_key
from pagemill.cli.screen import Screen
from pagemill.client import Client, KnownInfo
from pagemill.errors import PagemillError
from pagemill.settings import Settings

MOST_AT_ONCE = 200  # files of a batch: progress is seen, and a stop need not wait long
PATIENCE_SECONDS = 3.0  # for the first word of a server, and for figures that are only shown


def ingest_afar(order: Order, settings: Settings, screen: Screen) -> int:
    """Sends everything below the paths of the order to `settings.url`; returns the exit code.
    Raises `server_unreachable` if nobody answers at first, what is wrong with token or options, and
    what stops it in the middle, such as `quota_pages`.
    """
    _require_possible(order)
    order = replace(order, batch=min(order.batch, MOST_AT_ONCE))
    errand = Errand.of(order, screen)
    door = Door(errand.board.announce, errand.stop, random.Random())  # noqa: S311  spreads retries
    parcel = Parcel(order.asked, order.priority, order.password)
    connect = _connector(settings)
    with connect(PATIENCE_SECONDS) as polite, connect(0) as client:
        greeted = greet(polite, order.asked, door if order.watched else None)
        with closing(_memory(greeted, screen.fail)) as memory:
            if order.is_dry:
                return carry_out(errand, _rehearsal(memory, greeted))
            lookout = RemoteLookout(polite, greeted.user, round(1000 * time.time()))
            intake = RemoteIntake(client, parcel, greeted, memory, door, order.at_once)
            with closing(intake):
                shown = lookout if order.is_monitored else None
                return carry_out(errand, intake, lookout=shown)


def _connector(settings: Settings) -> Callable[[float], Client]:
    def connect(patience_seconds: float) -> Client:
        return Client(settings.url, token=settings.token, patience_seconds=patience_seconds)

    return connect


def _memory(greeted: KnownInfo, say: Callable[[str], None]) -> Memory:
    """One file for each server, user and ledger."""
    folder = state_folder(os.environ, Path.home())
    return Memory(folder / f"{greeted.place}.db", say)


def _rehearsal(memory: Memory, greeted: KnownInfo) -> Rehearsal:
    return Rehearsal(
        memory.known, lambda found: source_key(found.path, greeted.options), sys.maxsize
    )


def _require_possible(order: Order) -> None:
    """Raises `invalid_options`."""
    if order.user:
        raise PagemillError(
            "invalid_options",
            "`--user` is for a data folder of this machine",
            "A server knows the user by the token: give --token.",
        )
    if order.links:
        raise PagemillError(
            "invalid_options",
            "`--link` is for a data folder of this machine",
            "Leave it out: a server gets copies.",
        )
