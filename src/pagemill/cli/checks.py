"""What `doctor` looks at. Each check gives findings and changes nothing."""

import os
import platform
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import psutil

from pagemill.app.indexes import open_index
from pagemill.app.ledgers import LEDGER, is_ledger_there, ledger_name, ledger_status
from pagemill.app.lock import is_node_running
from pagemill.app.plugins import registry_of
from pagemill.cli.screen import plural, size
from pagemill.engines.languages import COMMON, english_name, install_command
from pagemill.engines.regions import PageRegions
from pagemill.errors import PagemillError
from pagemill.model.job import Failure
from pagemill.model.options import AUTO, ENGINE_ALIASES
from pagemill.model.search import Wanted
from pagemill.ports import Engine, Looked
from pagemill.search import SEARCH_FILE
from pagemill.settings import Settings

GB = 1000**3
LITTLE_SPACE, NO_SPACE = 5 * GB, GB // 2
WORKER_BYTES = 600_000_000  # resident, with the models of `ppocr` loaded
NETWORK_SYSTEMS = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "fuse.sshfs", "glusterfs")


class Verdict(StrEnum):
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """`facts` are for machines: what the text says, in parts."""

    name: str
    verdict: Verdict
    text: str
    advice: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


def python(settings: Settings) -> Iterator[Finding]:
    text = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    yield Finding("Python", Verdict.GOOD, text)


def sqlite(settings: Settings) -> Iterator[Finding]:
    version = sqlite3.sqlite_version
    if has_wal_reset_race(sqlite3.sqlite_version_info):
        yield Finding(
            "SQLite",
            Verdict.WARN,
            f"{version} has a rare race that can damage a database when two processes write and"
            " tidy its log at the same instant",
            "Unlikely here, as one agent does nearly all of both. SQLite 3.51.3, 3.50.7 and 3.44.6"
            " are free of it: use a Python that brings one.",
        )
    else:
        yield Finding("SQLite", Verdict.GOOD, version)


def has_wal_reset_race(version: tuple[int, ...]) -> bool:
    """SQLite 3.7.0 to 3.51.2 has it, but for the releases it was mended in
    (https://sqlite.org/wal.html#walresetbug).
    """
    if version >= (3, 51, 3):
        return False
    return not ((3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45))


def data_folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.data.absolute()
    if not folder.exists():
        yield Finding("Data folder", Verdict.GOOD, f"{folder}, made at first use")
    elif not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        yield Finding(
            "Data folder",
            Verdict.BAD,
            f"{folder} cannot be written to",
            "Change its owner or mode, or name another folder (--data, PAGEMILL_DATA).",
        )
        return
    else:
        yield Finding("Data folder", Verdict.GOOD, str(folder))
    system = _file_system(_nearest(folder))
    if system.startswith(NETWORK_SYSTEMS):
        yield Finding(
            "File system",
            Verdict.WARN,
            f"{system} is a network file system; SQLite's locks are not safe on it",
            "Keep the data folder on a local disk.",
        )


def disk_space(settings: Settings) -> Iterator[Finding]:
    free = shutil.disk_usage(_nearest(settings.data.absolute())).free
    verdict = Verdict.GOOD
    if free < LITTLE_SPACE:
        verdict = Verdict.WARN if free >= NO_SPACE else Verdict.BAD
    advice = "" if verdict is Verdict.GOOD else "Free space, or move the data folder."
    yield Finding("Disk", verdict, f"{size(free)} free", advice)


def ledger(settings: Settings) -> Iterator[Finding]:
    """SQLite's file is read through; what PostgreSQL keeps, it watches over itself."""
    if not is_ledger_there(settings):
        yield Finding("Ledger", Verdict.GOOD, "made at first use")
        return
    try:
        status = ledger_status(settings)
    except PagemillError as error:
        yield Finding("Ledger", Verdict.BAD, error.message, error.hint)
        return
    name, path = ledger_name(settings), settings.data / LEDGER
    complaint = "" if settings.ledger else damage(path)
    if complaint:
        yield Finding(
            "Ledger",
            Verdict.BAD,
            f"{path} is damaged: {complaint}",
            "Stop the server, then restore a backup or rescue what is there: `sqlite3 .recover`.",
        )
    elif status.pending:
        text = f"form {status.version}, this version writes {status.latest}"
        advice = "It is upgraded at the next start, or now with `pagemill db upgrade`."
        yield Finding("Ledger", Verdict.WARN, text, advice)
    elif settings.ledger:
        yield Finding("Ledger", Verdict.GOOD, f"{name} answers")
    else:
        yield Finding("Ledger", Verdict.GOOD, f"whole, {size(path.stat().st_size)}")


def full_text(settings: Settings) -> Iterator[Finding]:
    """It is derived: what is wrong with it costs a while of filling, and never a document."""
    path = settings.data / SEARCH_FILE
    index = open_index(settings)
    if index is None:
        yield Finding("Full text", Verdict.GOOD, "turned off (setting `search`)")
        return
    if settings.ledger or not path.exists():
        why = "" if settings.ledger else _without_fts5()
    else:
        why = _without_fts5() or damage(path)
    with closing(index):
        try:
            is_complete = not why and index.find(Looked(Wanted())).is_complete
        except PagemillError as error:
            why, is_complete = error.message, False
    if why:
        advice = "Delete search.db: a running server makes it anew from what is stored."
        if settings.ledger:
            advice = "Drop the tables search_*: a running server makes them anew."
        yield Finding("Full text", Verdict.WARN, why, advice)
    else:
        text = "complete" if is_complete else "not filled yet; a running server does that"
        yield Finding("Full text", Verdict.GOOD, text)


def _without_fts5() -> str:
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.execute("CREATE VIRTUAL TABLE words USING fts5 (body)")
    except sqlite3.OperationalError as error:
        return f"this Python's SQLite cannot search: {error}"
    return ""


def engines(settings: Settings) -> Iterator[Finding]:
    found = _engines(settings)
    if settings.engine not in {AUTO, *found, *ENGINE_ALIASES}:
        known = f"Set PAGEMILL_ENGINE to one of: {', '.join((AUTO, *found))}."
        yield Finding("Engine", Verdict.BAD, f"there is no engine '{settings.engine}'", known)
    for name, engine in found.items():
        why = Failure.of(engine) if isinstance(engine, PagemillError) else engine.missing()
        if why is not None:
            verdict = Verdict.BAD if name == settings.engine else Verdict.WARN
            yield Finding(f"Engine {name}", verdict, why.message, why.hint)
        else:
            yield Finding(f"Engine {name}", Verdict.GOOD, "ready")


def regions(settings: Settings) -> Iterator[Finding]:
    why = PageRegions(settings.ocr_runtime).missing()
    if why is not None:
        text = f"{why.message}: titles and pictures of scans are not told from text"
        yield Finding("Page regions", Verdict.WARN, text, why.hint)
    else:
        yield Finding("Page regions", Verdict.GOOD, "ready")


def tesseract_languages(settings: Settings) -> Iterator[Finding]:
    engine = _engines(settings).get("tesseract")
    list_languages = getattr(engine, "languages", None)
    if list_languages is None or not (languages := list_languages()):
        return  # that it is missing was said already
    missing = [code for code in COMMON if code not in languages]
    facts: dict[str, object] = {"languages": languages, "missing": missing}
    advice = ""
    if missing:
        facts["install"] = install_command(missing)
        advice = f"Not here: {_listed(missing)}.\nTo add them: {install_command(missing)}"
    yield Finding("Tesseract reads", Verdict.GOOD, _listed(languages), advice, facts)


def machine(settings: Settings) -> Iterator[Finding]:
    cores = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    memory = psutil.virtual_memory()
    workers = plural(settings.workers, "worker")
    text = f"{workers} on {plural(cores, 'core')}, {size(memory.total)} of memory"
    if settings.workers > cores:
        yield Finding(
            "Workers", Verdict.WARN, text, f"More workers than cores are slower: --workers {cores}."
        )
    elif settings.workers * WORKER_BYTES > memory.total:
        fits = max(1, int(memory.total // WORKER_BYTES))
        yield Finding(
            "Workers",
            Verdict.WARN,
            text,
            f"A worker takes about {size(WORKER_BYTES)} with its models: --workers {fits}.",
        )
    else:
        yield Finding("Workers", Verdict.GOOD, text)


def node(settings: Settings) -> Iterator[Finding]:
    runs = settings.data.exists() and is_node_running(settings.data)
    text = "running on this data folder" if runs else "none is running on this data folder"
    yield Finding("Node", Verdict.GOOD, text)


def _listed(languages: Iterable[str]) -> str:
    return ", ".join(map(english_name, languages))


def _engines(settings: Settings) -> dict[str, Engine | PagemillError]:
    """Every engine under its own name; in place of one that cannot be made, why not."""
    registry = registry_of(settings.engine, settings.plugins, settings.ocr_runtime)
    found: dict[str, Engine | PagemillError] = {}
    for name in registry.names():
        if name == AUTO:
            continue
        try:
            engine = registry.get(name)
        except PagemillError as error:
            found[name] = error
        else:
            found[engine.name] = engine  # aliases name the same one
    return found


def damage(path: Path, check: str = "quick_check(1)") -> str:
    """What a check of SQLite's own finds wrong; "" when all is well. Reads only."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            answer = str(database.execute(f"PRAGMA {check}").fetchone()[0])
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if answer == "ok" else answer


def _nearest(path: Path) -> Path:
    """The path itself, or the closest folder above it that exists."""
    return next(place for place in (path, *path.parents) if place.exists())


def _file_system(path: Path) -> str:
    """The type of the file system `path` lies on: the longest mount point above it."""
    places = [
        part
        for part in psutil.disk_partitions(all=True)
        if path.resolve().is_relative_to(part.mountpoint)
    ]
    return max(places, key=lambda part: len(part.mountpoint)).fstype if places else ""
