"""`search`: pages of finished jobs by what stands on them."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import msgspec

from pagemill.cli.screen import Screen, harmless, plural
from pagemill.client import Client, HitInfo, SearchInfo
from pagemill.errors import EXIT_FAILED

MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Sought:
    """What the command line asks for."""

    words: str
    user: str = ""
    job: str = ""
    limit: int = 20


def search(client: Client, screen: Screen, sought: Sought) -> int:
    """Prints a line for each page; 1 when there is none, as `grep` does."""
    ask = partial(client.search, sought.words, user=sought.user, job=sought.job)
    found = ask(limit=min(sought.limit, MOST_AT_ONCE))
    hits = list(found.hits)
    while found.next is not None and len(hits) < sought.limit:
        found = ask(limit=min(sought.limit - len(hits), MOST_AT_ONCE), after=found.next)
        hits += found.hits
    if screen.is_json:
        screen.give_json(msgspec.to_builtins(msgspec.structs.replace(found, hits=hits)))
    else:
        _show(hits)
        screen.say(_summary(found, len(hits)))
    return 0 if hits else EXIT_FAILED


def _summary(found: SearchInfo, shown: int) -> str:
    total = f"{found.total:,}+ pages" if found.more else plural(found.total, "page")
    shown_of = f"{total}, {shown:,} shown" if shown < found.total else total
    late = "" if found.complete else "; older documents are still being added to the full text"
    return f"{shown_of}{late}."


def _show(hits: Sequence[HitInfo]) -> None:
    """A table with the hits in bold for a person; tab-separated lines for programs."""
    if not sys.stdout.isatty():
        for hit in hits:
            text = "".join(piece.text for piece in hit.snippet)
            print("\t".join(harmless(c) for c in (hit.job, str(hit.page), hit.filename, text)))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("Job", no_wrap=True)
    table.add_column("Page", justify="right")
    table.add_column("File", overflow="fold")
    table.add_column("Text", overflow="fold", ratio=1)
    for hit in hits:
        pieces = [(harmless(p.text), "bold yellow" if p.hit else "") for p in hit.snippet]
        cells = (Text(hit.job), Text(str(hit.page)), Text(harmless(hit.filename)))
        table.add_row(*cells, Text.assemble(*pieces))
    Console(highlight=False).print(table)
