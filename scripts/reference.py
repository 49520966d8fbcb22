"""Writes docs/reference/ from the code: commands, settings, events, errors, HTTP routes.

`make docs` runs it; a test fails when a page is stale. What a page says of a thing stands in the
code beside the thing; only the meaning of events is told here, and a new event without one is an
error.
"""

import inspect
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi.routing import APIWebSocketRoute
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from pagemill.app.house import House, open_house
from pagemill.cli.commands import app as commands
from pagemill.errors import CATALOGUE
from pagemill.model.event import EventKind
from pagemill.settings import ALIASES, CONFIG_VARIABLE, WITHOUT_MEANING, Settings, variable_of
from pagemill.web import build_web, dialects, streams
from pagemill.web.metric_table import FIGURES

FOLDER = Path(__file__).parent.parent / "docs" / "reference"
GENERATED = "<!-- Written by `make docs` from the code; change it there. -->\n"
WIDTH = 88

SHOWN_DEFAULTS = {"workers": "one per core"}  # the others are the same on every machine

MEANINGS = {
    EventKind.JOB_QUEUED: "The document is on the disk and its job written down.",
    EventKind.JOB_STARTED: "The document was opened and its pages counted.",
    EventKind.PAGE_DONE: "A page was read; `cached` if an earlier reading answered it.",
    EventKind.PAGE_RETRY: "An attempt at a page went wrong; it is tried again.",
    EventKind.PAGE_FAILED: "A page was given up; the job goes on without it.",
    EventKind.PAGE_KEPT: "A page could not be read again; what was read before stays.",
    EventKind.PAGE_CORRECTED: "A block was put right by hand; the outputs are written again.",
    EventKind.STEP_RETRY: "Opening the document, or writing the outputs, is tried again.",
    EventKind.JOB_ASSEMBLING: "Every page is settled; the outputs are being written.",
    EventKind.JOB_COMPLETED: "The outputs are there.",
    EventKind.JOB_FAILED: "The job ended without a result. From `step` on: which step failed.",
    EventKind.JOB_CANCELLED: "Somebody cancelled it; pages that were read stay.",
    EventKind.JOB_PAUSED: "No further page is begun.",
    EventKind.JOB_RESUMED: "It goes on after a pause.",
    EventKind.JOB_RETRIED: "Failed or cancelled pages are read again, or the one `page` that was"
    " named.",
    EventKind.JOB_PRIORITY: "Its priority was changed.",
    EventKind.JOB_REPAIRED: "`pagemill doctor` set right what was `found` wrong; so many pages are"
    " read again.",
    EventKind.JOB_DAMAGED: "The bytes of its document are lost; what it gave is kept.",
}

# Routes whose name says nearly all; the others speak for themselves in their docstrings.
PLAIN_ROUTES = {
    "PATCH /v1/jobs/{ref}": 'Changes the priority: `{"priority": 0 to 10}`.',
    "POST /v1/jobs/{ref}/resume": "Goes on after a pause.",
    "GET /v1/jobs/{ref}/outputs": "The files a job has given so far, with sizes and hashes.",
    "GET /v1/workers": "Machines that do the work, and what each worker is at.",
    "GET /v1/capacity": "Slots, how many are busy, and a guess how long a new page waits.",
    "GET /v1/me": "Who is asking.",
    "GET /v1/me/settings": "The limits and defaults that hold for who is asking.",
    "GET /health": "The server is alive.",
}


def pages() -> dict[str, str]:
    """Every generated page by its file name."""
    return {
        "commands.md": _page("Commands", _commands()),
        "settings.md": _page("Settings", _settings()),
        "events.md": _page("Events", _events()),
        "errors.md": _page("Errors", _errors()),
        "http.md": _page("HTTP API", _routes()),
        "metrics.md": _page("Metrics", _metrics()),
    }


def _page(title: str, parts: Iterator[str]) -> str:
    return f"# {title}\n\n{GENERATED}\n" + "\n\n".join(parts) + "\n"


def _commands() -> Iterator[str]:
    yield (
        "Results go to stdout, everything else to stderr. Exit codes: 0 done, 1 failed work,"
        " 2 wrong use, 3 unavailable, 130 stopped by a person."
    )
    root = get_command(commands)
    for name, command in _walk(root, "pagemill"):
        context = command.make_context(
            name, [], resilient_parsing=True, terminal_width=WIDTH, max_content_width=WIDTH
        )
        text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
        yield f"## {name}\n\n```text\n{text}\n```"


def _walk(command: TyperCommand | TyperGroup, name: str) -> Iterator[tuple[str, Any]]:
    yield name, command
    for child, inner in getattr(command, "commands", {}).items():
        yield from _walk(inner, f"{name} {child}")


def _settings() -> Iterator[str]:
    yield (
        "Strength, weakest first: the default; the file `pagemill.toml`; a name that other systems"
        " use (below); the variable `PAGEMILL_<NAME>`; a flag of a command. `pagemill settings`"
        " shows every value and where it comes from. Units are in the names."
    )
    rows = [("Variable", "Default", "Meaning")]
    for name, field in Settings.model_fields.items():
        meaning = _required(name, field.description)
        rows.append((f"`{variable_of(name)}`", _default(name, field.default), meaning))
    yield _table(rows)
    yield from _file_of_settings()
    yield from _names_of_others()


def _file_of_settings() -> Iterator[str]:
    yield "## The file"
    yield (
        "`pagemill.toml` in the current folder holds settings by their names in small letters. If"
        f" `{CONFIG_VARIABLE}` names a file, that one is read instead, and it must be there. A name"
        " that is no setting is an error. Relative paths start at the current folder."
    )
    yield '```toml\ndata = "pagemill-data"\nworkers = 4\npage_timeout_seconds = 60\n```'


def _names_of_others() -> Iterator[str]:
    yield "## Names that other systems use"
    yield (
        "Systems whose HTTP APIs Pagemill speaks have variables of their own. They are accepted, in"
        " the same units; one that is empty counts as not set. Of several for one setting the"
        " upper one is stronger."
    )
    rows = [("Variable", "Setting", "Unit", "Known from")]
    for alias in ALIASES:
        origins = ", ".join(f"`{address}`" for address in alias.known_from)
        rows.append((f"`{alias.variable}`", f"`{alias.setting}`", alias.unit, origins))
    yield _table(rows)
    yield "These are accepted, too, and change nothing:"
    yield _table(
        [("Variable", "Why"), *((f"`{name}`", why) for name, why in WITHOUT_MEANING.items())]
    )


def _default(name: str, value: object) -> str:
    is_empty = value is None or value == ""
    return SHOWN_DEFAULTS.get(name, "" if is_empty else f"`{value}`")


def _events() -> Iterator[str]:
    yield (
        "The history of a job: `GET /v1/jobs/{id}/events` streams it (SSE), and the WebSocket"
        " beside it carries the same. An event's `seq` is the job's version after the change; a"
        " stream goes on after `Last-Event-ID`."
    )
    rows = [("Event", "Fields of `data`", "Meaning")]
    fields = dict(re.findall(r'"([a-z.]+)"[ ]*(?:#[ ]*(.*))?', inspect.getsource(EventKind)))
    for kind in EventKind:
        named = ", ".join(f"`{field.strip()}`" for field in fields[kind].split(",") if field)
        rows.append((f"`{kind}`", named, MEANINGS[kind]))
    yield _table(rows)


def _errors() -> Iterator[str]:
    yield (
        "Codes are part of the API and never change their meaning. Over HTTP they come as"
        " `application/problem+json` ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)) in the"
        " member `code`; on the terminal the exit code tells the kind."
    )
    rows = [("Code", "Cause", "Next step", "HTTP", "Exit", "Again?")]
    for kind in CATALOGUE.values():
        again = "yes" if kind.is_retryable else ""
        row = (f"`{kind.code}`", kind.title, kind.hint, str(kind.status), str(kind.exit_code))
        rows.append((*row, again))
    yield _table(rows)


def _routes() -> Iterator[str]:
    yield (
        "JSON in and out, times in RFC 3339 UTC, errors as problems with a stable `code` (see"
        " [errors](errors.md)). A running server shows every field at `/docs` and gives the"
        " OpenAPI document at `/openapi.json`."
    )
    with TemporaryDirectory() as folder, closing(_house(Path(folder))) as house:
        web = build_web(house.service, house.office)
    described = web.openapi()["paths"]
    rows = [("Route", "Does", "Parameters")]
    for path, methods in described.items():
        for method, operation in methods.items():
            named = operation.get("parameters", [])
            parameters = ", ".join(f"`{p['name']}`" for p in named if p["in"] != "path")
            route = f"{method.upper()} {path}"
            does = _sentence(route, operation.get("description") or PLAIN_ROUTES.get(route))
            rows.append((f"`{route}`", does, parameters))
    routers = (streams.router, *dialects.ROUTERS)
    for socket in (route for router in routers for route in router.routes):
        if isinstance(socket, APIWebSocketRoute):
            does = _sentence(socket.path, inspect.getdoc(socket.endpoint))
            rows.append((f"`WS {socket.path}`", does, ""))
    yield _table(rows)


def _metrics() -> Iterator[str]:
    yield (
        "What `/metrics` shows, in the text format of [Prometheus](https://prometheus.io). Names"
        " end in their unit, counters in `_total`; of a histogram there are `_bucket`, `_sum` and"
        " `_count`. Labels are bounded: no user and no job is named, engines beyond fifty are one"
        " (`other`), and of machines the hundred heard of last are shown. How to use them:"
        " [watch over a house](../how-to/monitor.md)."
    )
    rows = [("Metric", "Type", "Labels", "Meaning")]
    for figure in FIGURES:
        labels = ", ".join(f"`{label}`" for label in figure.labels)
        rows.append((f"`{figure.name}`", figure.kind, labels, figure.text))
    yield _table(rows)


def _house(folder: Path) -> House:
    return open_house(Settings(data=folder, plugins=""))


def _sentence(name: str, text: str | None) -> str:
    """The first paragraph, on one line."""
    return " ".join(_required(name, text).split("\n\n")[0].split())


def _required(name: str, text: str | None) -> str:
    if not text:
        raise LookupError(f"{name} is not documented")
    return text


def _table(rows: list[tuple[str, ...]]) -> str:
    head, *body = rows
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in body]
    return "\n".join(lines)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    main()
