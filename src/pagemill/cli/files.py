"""Files named on the command line, and the files made of them."""

import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from errno import EDQUOT, ENOSPC
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from pagemill.errors import PagemillError
from pagemill.service.names import clean_filename, download_name

# As outputs write it. In Markdown alone on a line; in text, brackets before parentheses are
# escaped, and so are quotes in the text of JSON.
_PICTURES = {
    ".docling.json": re.compile(rb'("uri":")(?=images/)'),
    ".md": re.compile(rb"^(!\[(?:figure|table)\]\()(?=images/)"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """A file to convert. `stem` is its own among all files of the command: two `scan.pdf` of
    different folders become `scan` and `scan-2`, the same in every run.
    """

    path: Path
    stem: str


def sources_of(paths: Sequence[Path]) -> list[Source]:
    """Raises `file_not_found` or `invalid_request` before any work is begun."""
    taken: set[str] = set()
    sources = []
    for path in paths:
        _require_file(path)
        stem = _free_stem(PurePosixPath(clean_filename(path.name)).stem, taken)
        taken.add(stem.casefold())
        sources.append(Source(path, stem))
    return sources


def target_path(folder: Path, stem: str, output_path: str) -> Path:
    """`result.md` becomes `<stem>.md`, `layout.pdf` `<stem>.layout.pdf`, `images/1_0.jpg`
    `<stem>/images/1_0.jpg`.
    """
    if "/" in output_path:
        return folder / stem / output_path
    return folder / download_name(f"{stem}.x", output_path)


def linked(stem: str, output_path: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """An output as it is saved under `target_path`: it links its pictures in the folder they are
    saved in.
    """
    picture = next((links for end, links in _PICTURES.items() if output_path.endswith(end)), None)
    if picture is None:
        yield from chunks
        return
    name = quote(stem) if output_path.endswith(".md") else json.dumps(stem)[1:-1]
    folder = rb"\g<1>" + name.encode().replace(b"\\", rb"\\") + b"/"
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (picture.sub(folder, line) + b"\n" for line in lines)
    yield picture.sub(folder, rest)


def save(path: Path, chunks: Iterable[bytes]) -> None:
    """Whole or not at all: a reader never sees half a file. Raises `disk_full`,
    `invalid_request`.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".pagemill-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.writelines(chunks)
            Path(name).chmod(0o666 & ~_umask())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        code = "disk_full" if error.errno in (ENOSPC, EDQUOT) else "invalid_request"
        cause = f"{path} cannot be written: {error.strerror}"
        raise PagemillError(code, cause, "Choose another folder.") from None


def _require_file(path: Path) -> None:
    if path.is_dir():
        raise PagemillError(
            "invalid_request", f"{path} is a folder", f"Name the files in it, such as {path}/*.pdf."
        )
    if not path.exists():
        raise PagemillError("file_not_found", f"No such file: {path}")


def _free_stem(wanted: str, taken: set[str]) -> str:
    stem, count = wanted, 1
    while stem.casefold() in taken:
        count += 1
        stem = f"{wanted}-{count}"
    return stem


def _umask() -> int:
    """Temporary files are private; what we leave behind has the modes of any other file."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
