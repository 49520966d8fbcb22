"""A database of the time before figures were kept has them as soon as it is brought up to date."""

from pathlib import Path

from ledger.desk import SqliteKit
from ledger.figures import check_figures
from ledger.test_people_migration import path  # noqa: F401  a database of the first schema
from pagemill.ledger import migrate
from pagemill.testing.clock import SettableClock

JUST_AFTER_MS = 1000  # the jobs there ended 20 ms after 1970 began


def test_what_was_there_before_is_counted(path: Path) -> None:  # noqa: F811  the fixture
    migrate(path)
    clock, kit = SettableClock(), SqliteKit(path)
    clock.set(JUST_AFTER_MS)
    ledger = kit.open(clock)
    check_figures(ledger.figures, kit.ask, JUST_AFTER_MS)
    stats = ledger.figures.queue()
    assert stats.jobs == dict.fromkeys(("completed", "failed", "paused", "processing", "queued"), 1)
    assert stats.pages == {"done": 5, "dead": 1, "held": 1, "ready": 1}
    assert (stats.completed_today, stats.mean_wait_today_ms) == (1, 5)
    ended = {tally.kind: tally.count for tally in ledger.figures.tallies()}
    assert ended == {"completed": 1, "failed": 1}
    ledger.close()
