"""`doctor --deep`: what is stored, looked over as a whole: the ledger against the shelf."""

import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING

from pagemill.app.clock import SystemClock
from pagemill.app.house import shelf_folder
from pagemill.app.ledgers import is_ledger_there, open_bell, open_settings_ledger
from pagemill.app.logs import logs_of
from pagemill.cli.checks import damage
from pagemill.cli.local import hushed
from pagemill.cli.screen import Screen, plural
from pagemill.cli.steps import shown_steps
from pagemill.errors import EXIT_FAILED, PagemillError
from pagemill.settings import Settings
from pagemill.shelf import LocalShelf
from pagemill.work.inspection import FAULTS, Found, Inspection, Inspector, Order, Progress

if TYPE_CHECKING:
    from rich.text import Text

SHOWN_PLACES = 5


def look_over(settings: Settings, screen: Screen, order: Order) -> int:
    """0 when nothing is wrong, or all of it was set right; 1 otherwise. Raises `file_not_found`
    where there is no ledger, `ledger_unusable` where the database itself is damaged.
    """
    logs_of(settings, hushed(settings.log_level))
    seen = inspect(settings, screen, order)
    if screen.is_json:
        screen.give_json(_as_json(seen, order))
    else:
        show_inspection(seen, order, screen)
    return 0 if seen.is_clean else EXIT_FAILED


def inspect(settings: Settings, screen: Screen, order: Order) -> Inspection:
    if not is_ledger_there(settings):
        raise PagemillError(
            "file_not_found",
            f"There is no ledger in {settings.data}",
            "Name the server's data folder (--data, PAGEMILL_DATA).",
        )
    _check_database(settings)
    clock = SystemClock()
    with (
        closing(open_settings_ledger(settings, clock, durable=False)) as ledger,
        closing(open_bell(settings)) as bell,
        shown_steps(screen) as tell,
    ):

        def tell_check(progress: Progress) -> None:
            tell(progress.step, progress.done, progress.total or 0)

        shelf = LocalShelf(shelf_folder(settings))
        wait = threading.Event().wait
        return Inspector(ledger, shelf, bell, clock, wait, tell_check).inspect(order)


def _check_database(settings: Settings) -> None:
    """A damaged file is no ledger: nothing that stands in it can be trusted."""
    if settings.ledger:
        return
    try:
        wrong = damage(settings.data / "ledger.db", "integrity_check")
    except sqlite3.Error as error:
        wrong = str(error)
    if wrong:
        raise PagemillError(
            "ledger_unusable",
            f"The ledger is damaged: {wrong}",
            "Restore a backup into a new folder: `pagemill restore`.",
        )


def show_inspection(seen: Inspection, order: Order, screen: Screen) -> None:
    if seen.found:
        _show_faults(seen, order)
    screen.say(_summary(seen, order))


def _show_faults(seen: Inspection, order: Order) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=1)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for found in seen.found:
        is_mended = found.repaired >= found.count
        mark = Text("✓", "green") if is_mended else Text("✗", "red")
        table.add_row(mark, Text(f"{found.count:,}", "bold"), _told(found, order))
        table.add_row()
    Console(highlight=False).print(table)


def _told(found: Found, order: Order) -> "Text":
    from rich.text import Text

    fault = FAULTS[found.kind]
    text = Text(fault.one if found.count == 1 else fault.what, "bold")
    text.append(f"\n{fault.means}", "not bold")
    for place in found.places[:SHOWN_PLACES]:
        text.append(f"\n  {place}", "not bold cyan")
    if found.count > SHOWN_PLACES < len(found.places):
        text.append(f"\n  and {found.count - SHOWN_PLACES:,} more", "not bold cyan")
    if not order.is_repairing:
        text.append(f"\nWith --repair: {fault.repair}", "not bold dim")
    elif found.repaired:
        text.append(f"\n{found.repaired:,} of {found.count:,}: {fault.repair}", "not bold green")
    return text


def _summary(seen: Inspection, order: Order) -> str:
    looked = (
        f"{plural(seen.documents, 'document')}, {plural(seen.jobs, 'job')},"
        f" {plural(seen.pages, 'page text')}, {plural(seen.outputs, 'output')}"
    )
    if not seen.found:
        return f"All is well: {looked}."
    count = sum(found.count for found in seen.found)
    left = count - sum(found.repaired for found in seen.found)
    if not order.is_repairing:
        return f"{plural(count, 'finding')} in {looked}. Nothing was changed; --repair sets right."
    if left:
        return f"{plural(count, 'finding')} in {looked}; {left:,} could not be set right."
    return f"{plural(count, 'finding')} in {looked}, all set right."


def findings_of(seen: Inspection) -> list[dict[str, object]]:
    return [
        {
            "kind": found.kind,
            "count": found.count,
            "repaired": found.repaired,
            "places": found.places,
            "means": FAULTS[found.kind].means,
            "repair": FAULTS[found.kind].repair,
        }
        for found in seen.found
    ]


def _as_json(seen: Inspection, order: Order) -> dict[str, object]:
    looked = {
        "documents": seen.documents,
        "jobs": seen.jobs,
        "page_texts": seen.pages,
        "outputs": seen.outputs,
    }
    found = findings_of(seen)
    return {"clean": seen.is_clean, "repair": order.is_repairing, **looked, "findings": found}
