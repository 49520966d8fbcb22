"""Options that several commands share: one name, one meaning, one help text."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

# Arguments are named in the usage line and explained in the text below it.
Files = Annotated[list[Path], Argument(metavar="FILE", hidden=True)]
JobRef = Annotated[str, Argument(metavar="JOB", hidden=True)]
JobRefs = Annotated[list[str], Argument(metavar="JOB", hidden=True)]

Data = Annotated[
    Path | None,
    Option(
        "--data", metavar="DIR", help="Folder for the ledger and the shelf.  [env: PAGEMILL_DATA]"
    ),
]
Url = Annotated[
    str | None,
    Option("--url", metavar="URL", help="The server to talk to.  [env: PAGEMILL_URL]"),
]
Token = Annotated[
    str | None,
    Option("--token", metavar="TEXT", help="Token for the server.  [env: PAGEMILL_TOKEN]"),
]
Quiet = Annotated[bool, Option("-q", "--quiet", help="Say nothing but results and failures.")]
Json = Annotated[bool, Option("--json", help="Give results as JSON.")]

Engine = Annotated[
    str | None,
    Option(
        "--engine", metavar="NAME", help="auto, text, ppocr, hybrid or tesseract.  [default: auto]"
    ),
]
Mode = Annotated[
    str | None,
    Option("--mode", metavar="NAME", help="fast, balanced or best.  [default: balanced]"),
]
Pages = Annotated[
    str | None,
    Option("--pages", metavar="RANGES", help="Pages to read, such as 1-5,9.  [default: all]"),
]
OutputNames = Annotated[
    str | None,
    Option(
        "--outputs",
        metavar="NAMES",
        help="markdown, html, text, chunks, docling, annotated, json, metadata, searchable, layout,"
        " images; several with commas."
        "  [default: markdown]",
    ),
]
Language = Annotated[
    str | None,
    Option("--lang", metavar="CODES", help="Languages of the document, such as en or deu,fra."),
]
PageBreaks = Annotated[
    str | None,
    Option(
        "--page-breaks", metavar="KIND", help="Between pages: none, rule, comment or form_feed."
    ),
]
HeadersFooters = Annotated[
    str | None,
    Option(
        "--headers-footers",
        metavar="KIND",
        help="Running headers and footers: remove or keep.  [default: remove]",
    ),
]
Dpi = Annotated[
    int | None,
    Option("--dpi", metavar="N", help="Resolution for reading.  [default: the engine's choice]"),
]
Password = Annotated[
    str | None, Option("--password", metavar="TEXT", help="Opens an encrypted document.")
]
Workers = Annotated[
    int | None,
    Option("--workers", metavar="N", min=1, help="Worker processes.  [default: one per core]"),
]
OutFolder = Annotated[
    Path | None,
    Option("-o", "--out", metavar="DIR", help="Folder for the results.", show_default=False),
]


def words(text: str) -> list[str]:
    """`read, write` as a list."""
    return [word.strip() for word in text.split(",") if word.strip()]


def asked_of(
    engine: str | None,
    mode: str | None,
    pages: str | None,
    outputs: str | None,
    lang: str | None,
    page_breaks: str | None,
    dpi: int | None,
    headers_footers: str | None,
) -> dict[str, object]:
    """What the person asked for, as options of a job; what was left out is not there."""
    given = {
        "engine": engine,
        "mode": mode,
        "pages": pages,
        "outputs": outputs,
        "languages": lang,
        "page_breaks": page_breaks,
        "dpi": dpi,
        "headers_footers": headers_footers,
    }
    return {name: value for name, value in given.items() if value is not None}
