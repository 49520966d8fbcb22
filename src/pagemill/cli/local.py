"""Commands that work on a data folder of this machine: workers, and the database's form."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from pagemill.app.ledgers import ledger_name, ledger_status, upgrade_settings_ledger
from pagemill.app.logs import logs_of
from pagemill.app.node import NodeKeeper, run_node
from pagemill.cli.screen import Screen
from pagemill.errors import EXIT_FAILED, PagemillError
from pagemill.settings import Settings

LAST_BREATH_SECONDS = 1.0  # for pages in work when a person wants out
MOST_STARTS = 5
USUAL_LEVEL, HUSHED_LEVEL = "info", "error"


class OwnWorkers:
    """Workers of a command. `check` it now and then."""

    def __init__(self, keeper: NodeKeeper) -> None:
        self._keeper = keeper
        self._pids: set[int] = set()

    def check(self) -> None:
        """Raises `internal` when they die as often as they are started: nothing would ever end."""
        if (pid := self._keeper.pid) is not None:
            self._pids.add(pid)
        if len(self._pids) > MOST_STARTS:
            raise PagemillError(
                "internal",
                "The workers cannot be kept running (internal)",
                "Run `pagemill doctor`; with PAGEMILL_LOG_LEVEL=debug they say more.",
            )


@contextmanager
def own_workers(settings: Settings) -> Iterator[OwnWorkers]:
    """Workers for the time of the block; where others work on the data folder, those do it. Their
    log is hushed unless it was asked for: the terminal belongs to the command.
    """
    level = hushed(settings.log_level)
    changes = {
        "drain_seconds": LAST_BREATH_SECONDS,
        "workers": max(1, settings.workers),
        "log_level": level,
    }
    keeper = NodeKeeper(settings.model_copy(update=changes))
    keeper.start()
    try:
        yield OwnWorkers(keeper)
    finally:
        keeper.stop()


def hushed(level: str) -> str:
    """The level for a command whose screen is not a log, unless one was asked for."""
    return HUSHED_LEVEL if level == USUAL_LEVEL else level


def run_worker(settings: Settings) -> int:
    """Until SIGTERM or Ctrl-C, and the drain after it. Raises `node_running`."""
    logs_of(settings)
    run_node(settings)
    return 0


def upgrade_ledger(settings: Settings, screen: Screen) -> int:
    """Makes the database if it is not there."""
    applied = upgrade_settings_ledger(settings)
    name = ledger_name(settings)
    if screen.is_json:
        screen.give_json({"ledger": name, "applied": applied})
    elif applied:
        screen.give(f"{name}: applied {', '.join(applied)}")
    else:
        screen.give(f"{name}: up to date")
    return 0


def show_ledger(settings: Settings, screen: Screen) -> int:
    """1 if an upgrade is due."""
    status = ledger_status(settings)
    name = ledger_name(settings)
    if screen.is_json:
        screen.give_json({"ledger": name, **asdict(status)})
    elif status.pending:
        due = ", ".join(status.pending)
        screen.give(f"{name}: form {status.version} of {status.latest}; to be applied: {due}")
    else:
        screen.give(f"{name}: form {status.version}, up to date")
    return EXIT_FAILED if status.pending else 0
