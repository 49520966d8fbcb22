"""Options of a job: parsed from anything a person may send, refused with the allowed values."""

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass

from pagemill.errors import PagemillError

AUTO = "auto"
"""The engine that means: choose for each page."""

ENGINE_ALIASES = {"rapidocr": "ppocr"}
"""Other names under which engines are asked for."""

FAST, BALANCED, BEST = "fast", "balanced", "best"
MODES = (FAST, BALANCED, BEST)
"""How much time a page may take for how good a reading."""

PAGE_BREAKS = ("none", "rule", "comment", "form_feed")
REMOVE, KEEP = "remove", "keep"
HEADERS_FOOTERS = (REMOVE, KEEP)
"""What becomes of running headers and footers in text made for reading."""

MIN_DPI, MAX_DPI = 36, 600
MAX_RANGES, MAX_PAGE_NUMBER = 1000, 10_000_000
_LANGUAGE = re.compile(r"[a-z]{2,3}([_-][A-Za-z]{2,8})?")
_RANGE = re.compile(r"(\d{1,8})(?:-(\d{1,8})?)?")


@dataclass(frozen=True, slots=True)
class Options:
    """How a document is to be converted.

    `pages` is a normal form like `1-5,9,12-` ("" means all). `languages` are ISO 639 codes, most
    likely first, empty for unknown. `dpi` 0 leaves the choice to the engine. `mode` is one of
    `MODES`, `headers_footers` one of `HEADERS_FOOTERS`.
    """

    engine: str = AUTO
    mode: str = BALANCED
    pages: str = ""
    languages: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ("markdown",)
    page_breaks: str = "none"
    dpi: int = 0
    headers_footers: str = REMOVE

    def reading_key(self) -> str:
        """Names everything that changes what is read from a page; part of the page cache key."""
        return fingerprint({"languages": self.languages, "dpi": self.dpi, "mode": self.mode})

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Choices:
    """The engines and outputs this program has."""

    engines: Collection[str]
    outputs: Collection[str]


def parse_options(given: Mapping[str, object], choices: Choices) -> Options:
    """Options from a request, form or command line.

    Lists may be lists or comma-separated text. Raises `invalid_options`, naming what is allowed.
    """
    unknown = sorted(set(given) - set(Options.__dataclass_fields__) - {"lang", "language"})
    if unknown:
        allowed = ", ".join(Options.__dataclass_fields__)
        raise _wrong(f"There is no option '{unknown[0]}'", f"Options are: {allowed}.")
    base = Options()
    languages = given.get("languages") or given.get("language") or given.get("lang") or ()
    return Options(
        engine=_one_of("engine", given.get("engine") or base.engine, choices.engines),
        mode=_one_of("mode", given.get("mode") or base.mode, MODES),
        pages=normal_pages(str(given.get("pages") or "")),
        languages=_languages(_list(languages)),
        outputs=_outputs(_list(given.get("outputs") or base.outputs), choices.outputs),
        page_breaks=_one_of(
            "page_breaks", given.get("page_breaks") or base.page_breaks, PAGE_BREAKS
        ),
        dpi=_dpi(given.get("dpi") or 0),
        headers_footers=_one_of(
            "headers_footers",
            given.get("headers_footers") or base.headers_footers,
            HEADERS_FOOTERS,
        ),
    )


def normal_pages(text: str) -> str:
    """`" 9, 1-3,2 "` becomes `"1-3,9"`. Raises `invalid_options`."""
    if not text.strip():
        return ""
    parts = text.replace(" ", "").split(",")
    if len(parts) > MAX_RANGES:
        raise _wrong(f"`pages` has {len(parts)} ranges", f"At most {MAX_RANGES} are allowed.")
    merged: list[tuple[int, int]] = []
    for first, last in sorted(_range(part) for part in parts):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return ",".join(_range_text(first, last) for first, last in merged)


def select_pages(pages: str, total: int) -> list[int]:
    """The page numbers a normal form asks for, of a document with `total` pages, ascending."""
    if not pages:
        return list(range(1, total + 1))
    chosen: list[int] = []
    for first, last in (_range(part) for part in pages.split(",")):
        chosen.extend(range(first, min(last, total) + 1))
    return chosen


def fingerprint(value: Mapping[str, object]) -> str:
    """A short name for equal values: 16 hex digits of the SHA-256 of their canonical JSON."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=list)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _range(part: str) -> tuple[int, int]:
    match = _RANGE.fullmatch(part)
    if match is None:
        raise _wrong(f"`pages` holds '{part[:40]}'", "Write pages like 1-5,9,12- (from 1).")
    first = int(match[1])
    last = int(match[2]) if match[2] else (MAX_PAGE_NUMBER if "-" in part else first)
    if first < 1 or last < first:
        raise _wrong(f"`pages` holds '{part}'", "Pages count from 1, and ranges go upward.")
    return first, last


def _range_text(first: int, last: int) -> str:
    if first == last:
        return str(first)
    return f"{first}-" if last >= MAX_PAGE_NUMBER else f"{first}-{last}"


def _list(value: object) -> list[str]:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple)):
        raise _wrong(
            f"'{str(value)[:40]}' is not a list", "Give a list, or text separated by commas."
        )
    return list(dict.fromkeys(str(part).strip() for part in parts if str(part).strip()))


def _one_of(name: str, value: object, allowed: Collection[str]) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise _wrong(
            f"There is no {name} '{str(value)[:40]}'", f"Allowed: {', '.join(sorted(allowed))}."
        )
    return value


def _outputs(names: list[str], allowed: Collection[str]) -> tuple[str, ...]:
    return tuple(_one_of("output", name, allowed) for name in names)


def _languages(codes: list[str]) -> tuple[str, ...]:
    for code in codes:
        if not _LANGUAGE.fullmatch(code):
            raise _wrong(
                f"'{code[:40]}' is not a language", "Use ISO 639 codes such as en, de or rus."
            )
    if len(codes) > 8:
        raise _wrong(f"{len(codes)} languages are too many", "At most 8 are allowed.")
    return tuple(codes)


def _dpi(value: object) -> int:
    try:
        dpi = int(str(value))
    except ValueError:
        raise _wrong(f"`dpi` is '{str(value)[:40]}'", "Give a whole number.") from None
    if dpi and not MIN_DPI <= dpi <= MAX_DPI:
        raise _wrong(f"`dpi` is {dpi}", f"It must lie between {MIN_DPI} and {MAX_DPI}.")
    return dpi


def _wrong(message: str, hint: str) -> PagemillError:
    return PagemillError("invalid_options", message, hint)
