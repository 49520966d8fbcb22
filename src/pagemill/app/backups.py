"""Backups of a house, and a house from a backup."""

import random
import shutil
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from pagemill import __version__
from pagemill.app.clock import SystemClock
from pagemill.app.house import shelf_folder
from pagemill.app.ledgers import is_ledger_there, open_bell, open_settings_ledger
from pagemill.app.unfinished import MARK, is_unfinished
from pagemill.errors import PagemillError
from pagemill.ledger import LATEST_SCHEMA, open_ledger
from pagemill.model.task import RetryPolicy
from pagemill.settings import Settings
from pagemill.shelf import LocalShelf
from pagemill.work.backup import (
    SHELF,
    Backup,
    Copier,
    Manifest,
    Step,
    Wish,
    files_below,
    read_manifest,
    sync_all,
    write_json,
)
from pagemill.work.inspection import Inspection, Inspector, Order, Progress

LEDGER, DUMP = "ledger.db", "ledger.dump"
_TOLD_EVERY = 200


def make_backup(
    settings: Settings, folder: Path, wish: Wish, tell: Callable[[Step], None]
) -> Manifest:
    """Raises `file_not_found` where there is no ledger, `invalid_options` for a folder that cannot
    be, and what `Backup.make` raises.
    """
    if not is_ledger_there(settings):
        raise PagemillError(
            "file_not_found",
            f"There is no ledger in {settings.data}",
            "Name the server's data folder (--data, PAGEMILL_DATA).",
        )
    shelf, folder = shelf_folder(settings), folder.absolute()
    _check_place(settings, shelf, folder, wish)
    clock = SystemClock()
    with closing(open_settings_ledger(settings, clock, durable=False)) as ledger:
        backup = Backup(
            ledger,
            LocalShelf(shelf),
            clock,
            folder,
            program=__version__,
            schema=LATEST_SCHEMA,
            tell=tell,
        )
        return backup.make(wish)


def restore(
    settings: Settings,
    source: Path,
    tell: Callable[[Step], None],
    tell_check: Callable[[Progress], None],
) -> tuple[Manifest, Inspection]:
    """Fills an empty data folder (and database), sets right what the backup could not hold, and
    looks everything over. Killed, the same call goes on. Raises `backup_failed`, `ledger_newer`,
    `tool_missing`, `disk_full`.
    """
    manifest = read_manifest(source)
    if manifest.schema > LATEST_SCHEMA:
        raise PagemillError("ledger_newer", f"{source} was made by Pagemill {manifest.pagemill}")
    _check_kind(settings, manifest)
    _check_target(settings)
    data = settings.data.absolute()
    data.mkdir(parents=True, exist_ok=True)
    write_json(data / MARK, {"from": str(source.absolute())})
    _copy_shelf(source / SHELF, shelf_folder(settings), tell)
    tell(Step("ledger", 0, 0))
    if settings.ledger:
        _fill_database(settings, source / DUMP)
    else:
        _place_ledger(source / LEDGER, data)
    seen = _look_over(settings, tell_check)
    (data / MARK).unlink()
    return manifest, seen


def _check_place(settings: Settings, shelf: Path, folder: Path, wish: Wish) -> None:
    for place in (settings.data.absolute(), shelf):
        if folder == place or place in folder.parents or folder in place.parents:
            raise PagemillError(
                "invalid_options",
                f"A backup cannot lie in {folder}, beside what it is made of",
                "Name a folder outside of the data folder and the shelf.",
            )
    folder.mkdir(parents=True, exist_ok=True)
    if wish.is_linking and folder.stat().st_dev != shelf.stat().st_dev:
        raise PagemillError(
            "invalid_options",
            f"{folder} is on another disk than {shelf}: no links between them",
            "Leave --link out, or name a folder on the same disk.",
        )


def _check_kind(settings: Settings, manifest: Manifest) -> None:
    if (manifest.ledger == DUMP) != bool(settings.ledger):
        kinds = ("PostgreSQL", "SQLite") if manifest.ledger == DUMP else ("SQLite", "PostgreSQL")
        raise PagemillError(
            "backup_failed",
            f"The backup is of a ledger in {kinds[0]}, and the setting `ledger` names {kinds[1]}",
            "Set PAGEMILL_LEDGER to an empty PostgreSQL database."
            if manifest.ledger == DUMP
            else "Leave PAGEMILL_LEDGER empty.",
        )


def _check_target(settings: Settings) -> None:
    """Only what an earlier restore has begun may be there."""
    data = settings.data.absolute()
    if is_unfinished(data):
        return
    for place in {data, shelf_folder(settings)}:
        if place.exists() and any(place.iterdir()):
            raise PagemillError(
                "backup_failed",
                f"{place} is not empty",
                "Restore into a new folder (--data), then start the server on it.",
            )
    if settings.ledger:
        from pagemill.ledger.postgres.dump import is_empty  # noqa: PLC0415

        if not is_empty(settings.ledger):
            raise PagemillError(
                "backup_failed",
                "The database that the setting `ledger` names is not empty",
                "Make a new one with `createdb`, and name it.",
            )


def _copy_shelf(source: Path, target: Path, tell: Callable[[Step], None]) -> None:
    copier = Copier(target)
    total = sum(1 for _ in files_below(source))
    for number, path in enumerate(files_below(source)):
        if number % _TOLD_EVERY == 0:
            tell(Step("files", number, total))
        copier.copy(source / path, path.as_posix())
    tell(Step("files", total, total))
    sync_all()


def _place_ledger(source: Path, data: Path) -> None:
    """Under its own name only when nobody of the old place has anything in it any more."""
    if (data / LEDGER).exists():
        return
    staged = data / f"{LEDGER}.new"
    for leftover in data.glob(f"{staged.name}*"):
        leftover.unlink()
    shutil.copyfile(source, staged)
    ledger = open_ledger(
        staged,
        clock=SystemClock(),
        rng=random.SystemRandom(),
        policy=RetryPolicy(),
        user_max_running=0,
        durable=True,
    )
    with closing(ledger):
        ledger.keeping.begin_elsewhere()
    sync_all()
    staged.replace(data / LEDGER)
    with suppress(FileNotFoundError):
        staged.with_name(f"{staged.name}.lock").unlink()


def _fill_database(settings: Settings, dump: Path) -> None:
    """All of the dump stands in the database, or nothing of it."""
    from pagemill.ledger.postgres.dump import fill, is_empty  # noqa: PLC0415

    if is_empty(settings.ledger):
        fill(settings.ledger, dump)
    with closing(open_settings_ledger(settings, SystemClock(), durable=True)) as ledger:
        ledger.keeping.begin_elsewhere()


def _look_over(settings: Settings, tell: Callable[[Progress], None]) -> Inspection:
    clock = SystemClock()
    with (
        closing(open_settings_ledger(settings, clock, durable=True)) as ledger,
        closing(open_bell(settings)) as bell,
    ):
        shelf = LocalShelf(shelf_folder(settings))
        inspector = Inspector(ledger, shelf, bell, clock, threading.Event().wait, tell)
        return inspector.inspect(Order(is_repairing=True))
