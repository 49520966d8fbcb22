"""Files below some paths, as a stream: memory grows with the depth of folders, and by one number a
folder, never with the files.

Nothing is opened here and nothing raises: what cannot be listed or taken is told as `Refused`, what
is no document by its name as `Skipped`. Names are bytes to the system; those that are no UTF-8 come
as Python's surrogates and go back unchanged.
"""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

# What other programs leave in folders of documents. A file of any other name is judged by its
# bytes, and so is one that was named by itself.
NO_DOCUMENTS = (
    *("txt", "md", "rst", "log", "csv", "tsv", "json", "jsonl", "xml", "yaml", "yml", "toml"),
    *("ini", "cfg", "conf", "html", "htm", "css", "js", "py", "sh", "sql", "db", "bak", "lock"),
    *("tmp", "temp", "part", "partial", "crdownload", "download", "swp", "swo", "pid"),
    *("sha256", "sha1", "md5", "sig", "asc", "lnk", "url", "desktop"),
)
_NO_DOCUMENTS = frozenset(NO_DOCUMENTS)
_NO_DOCUMENT_NAMES = frozenset({"thumbs.db", "desktop.ini", "manifest", "checksums"})
_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A file as it was when it was found."""

    path: Path
    size_bytes: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A file or folder that cannot be taken, by a code of the catalogue."""

    path: Path
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was never meant to be taken."""

    path: Path
    message: str


Item = Found | Refused | Skipped


def walk(
    paths: Iterable[Path], *, follow: bool = False, spared: Iterable[Path] = ()
) -> Iterator[Item]:
    """Everything below `paths`, each file as often as it is named. Files may be links; folders that
    are links are entered with `follow` only. No folder is entered twice, so loops end, and those
    that are `spared` never.

    Paths come out absolute, and those that were given without links in them: the same file has the
    same path whatever folder the command runs in.
    """
    entered = {_number(folder.stat()) for folder in spared if folder.is_dir()}
    for given in paths:
        yield from _below(_whole(given), given, entered, follow=follow)


def _whole(given: Path) -> Path:
    """Absolute and without links on the way; a file that is a link keeps its own name."""
    if os.path.isdir(given):  # noqa: PTH112  Path.is_dir raises for names that are too long
        return Path(os.path.realpath(given))
    return Path(os.path.realpath(given.parent)) / given.name


def _below(root: Path, given: Path, entered: set[int], *, follow: bool) -> Iterator[Item]:
    """A path that was named, which is taken whatever its name."""
    try:
        state = root.stat()
    except (OSError, ValueError) as error:
        yield refused(given, error)
        return
    if not stat.S_ISDIR(state.st_mode):
        yield judged(root, state)
        return
    if _number(state) in entered:
        yield Skipped(root, _ENTERED)
        return
    entered.add(_number(state))
    waiting = [str(root)]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    yield from _entry(entry, waiting, entered, follow=follow)
        except OSError as error:
            yield refused(Path(folder), error)


def _entry(
    entry: os.DirEntry[str], waiting: list[str], entered: set[int], *, follow: bool
) -> Iterator[Item]:
    why = why_skipped(entry.name)
    try:
        if why and not (why is _BY_NAME and entry.is_dir()):
            yield Skipped(Path(entry.path), why)
        elif not entry.is_dir():
            yield judged(Path(entry.path), entry.stat())
        elif entry.is_symlink() and not follow:
            yield Skipped(Path(entry.path), "a link to a folder; --follow enters it")
        elif (number := _number(entry.stat())) not in entered:
            entered.add(number)
            waiting.append(entry.path)
        else:
            yield Skipped(Path(entry.path), _ENTERED)
    except OSError as error:
        yield refused(Path(entry.path), error)


_HIDDEN, _BY_NAME = "hidden", "no document, by its name"
_ENTERED = "a folder that was entered already, or Pagemill's own"


def why_skipped(name: str) -> str:
    if name.startswith("."):
        return _HIDDEN
    lower = name.lower()
    if lower.rpartition(".")[2] in _NO_DOCUMENTS or lower in _NO_DOCUMENT_NAMES:
        return _BY_NAME
    return _HIDDEN if name.startswith("~$") else ""


def judged(path: Path, state: os.stat_result) -> Item:
    if stat.S_ISREG(state.st_mode):
        return Found(path, state.st_size, state.st_mtime_ns)
    kind = _KINDS.get(stat.S_IFMT(state.st_mode), "something else")
    return Refused(path, "not_a_document", f"This is {kind}, not a file")


def refused(path: Path, error: OSError | ValueError) -> Refused:
    """What the system says about a path, as a code and a sentence."""
    match error:
        case FileNotFoundError() if os.path.islink(path):  # noqa: PTH114  never raises
            return Refused(path, "file_not_found", "The link leads nowhere")
        case FileNotFoundError():
            return Refused(path, "file_not_found", "There is no such file, or no longer")
        case OSError():
            return Refused(path, "file_unreadable", error.strerror or type(error).__name__)
        case _:
            return Refused(path, "file_unreadable", str(error))


def source_key(path: Path, options: str) -> str:
    """Names a file by its path, for those who remember it: other options are another errand."""
    return hashlib.sha256(os.fsencode(path) + b"\0" + options.encode()).hexdigest()


def _number(state: os.stat_result) -> int:
    """Names a folder however it was reached."""
    return state.st_dev << 64 | state.st_ino
