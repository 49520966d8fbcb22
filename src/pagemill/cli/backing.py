"""`backup` and `restore`, as a person sees them."""

from dataclasses import asdict
from pathlib import Path

from pagemill.app.backups import make_backup
from pagemill.app.backups import restore as fill_house
from pagemill.app.logs import logs_of
from pagemill.cli.deep import findings_of, show_inspection
from pagemill.cli.local import hushed
from pagemill.cli.screen import Screen, moment, plural, size
from pagemill.cli.steps import shown_steps
from pagemill.errors import EXIT_FAILED
from pagemill.settings import Settings
from pagemill.work.backup import Manifest, Step, Wish
from pagemill.work.inspection import Order, Progress


def backup(settings: Settings, folder: Path, wish: Wish, screen: Screen) -> int:
    """1 where files were missing on the shelf: the backup is made, and not whole."""
    logs_of(settings, hushed(settings.log_level))
    with shown_steps(screen) as tell:

        def tell_step(step: Step) -> None:
            tell(step.name, step.done, step.total)

        made = make_backup(settings, folder, wish, tell_step)
    if screen.is_json:
        screen.give_json({"folder": str(folder), **_as_json(made)})
    else:
        screen.say(f"{folder}: {_told(made)}.")
    if made.missing:
        screen.fail(
            f"{plural(made.missing, 'file')} that the ledger knows could not be copied:"
            " `pagemill doctor --deep` names them."
        )
    return EXIT_FAILED if made.missing else 0


def restore(settings: Settings, source: Path, screen: Screen) -> int:
    """1 where something of the backup could not be set right."""
    logs_of(settings, hushed(settings.log_level))
    with shown_steps(screen) as tell:

        def tell_step(step: Step) -> None:
            tell(step.name, step.done, step.total)

        def tell_check(progress: Progress) -> None:
            tell(progress.step, progress.done, progress.total or 0)

        made, seen = fill_house(settings, source, tell_step, tell_check)
    if screen.is_json:
        found = findings_of(seen)
        restored = {"folder": str(settings.data), **_as_json(made)}
        screen.give_json({**restored, "clean": seen.is_clean, "findings": found})
    else:
        show_inspection(seen, Order(is_repairing=True), screen)
        screen.say(f"{settings.data}: as it was at {moment(made.made_ms)}; {_told(made)}.")
    return 0 if seen.is_clean else EXIT_FAILED


def _told(made: Manifest) -> str:
    parts = f"{plural(made.documents, 'document')}, {plural(made.jobs, 'job')}"
    return f"{parts}, {plural(made.files, 'file')} of {size(made.bytes)}"


def _as_json(made: Manifest) -> dict[str, object]:
    values = asdict(made)
    return {**values, "made_at": moment(made.made_ms)}
