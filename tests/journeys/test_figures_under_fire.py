"""The figures of the queue agree with its tables while pages are read, commands given and nodes
killed.
"""

import random
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from journeys.nodes import MakeYard, Yard, kill
from ledger.figures import check_figures
from ledger.moments import Moments, sqlite_moment
from pagemill.app.clock import SystemClock
from pagemill.app.ledgers import LEDGER
from pagemill.errors import PagemillError
from pagemill.model.job import Job

KILLS, MOMENTS_BETWEEN, SLACK_MS = 3, 8, 60_000
COMMANDS = ("pause", "resume", "cancel", "retry", "delete")


@pytest.fixture
def moments(tmp_path: Path) -> Moments:
    return partial(sqlite_moment, tmp_path / "data" / LEDGER)


def test_stats_are_a_count_of_the_tables_whatever_is_killed(
    make_yard: MakeYard, moments: Moments
) -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    print(f"seed {seed}")
    rng = random.Random(seed)
    with make_yard(max_deaths=50, lease_seconds=2, upkeep_seconds=0.2) as yard:
        yard.environment["PAGEMILL_TEST_SLOW_SECONDS"] = "0.2"  # there is work until the end
        jobs = [yard.submit([f"{n} leaf {p} SLOW" for p in range(60)], "slow") for n in range(10)]
        for _ in range(KILLS):
            node = yard.start()
            yard.begun(len(yard.notes()) + 2)
            for nth in range(MOMENTS_BETWEEN):
                yard.begun(len(yard.notes()) + 1)
                look(moments)
                if nth % 3 == 0:
                    command(yard, rng.choice(jobs[1:]), rng.choice(COMMANDS))
            kill(node.pid)
            node.wait()
        look(moments)
        counted = {tally.kind for tally in yard.house.ledger.figures.tallies()}
    assert counted >= {"run", "wait"}


def look(moments: Moments) -> None:
    with moments() as (figures, ask):
        check_figures(figures, ask, SystemClock().now_ms(), SLACK_MS)


def command(yard: Yard, job: Job, name: str) -> None:
    """Told or refused: the job may have ended, or be gone."""
    with suppress(PagemillError):
        getattr(yard.house.service, name)(job.id)
