"""File names from strangers, made harmless. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePosixPath

MAX_NAME, MOST_TWINS = 255, 1000
UNNAMED = "document"


def clean_filename(given: str) -> str:
    r"""The last part of a path, without control, format or unpaired characters, 1 to 255 long.

    `"C:\a\b.pdf"` and `"../b.pdf"` become `"b.pdf"`; what has no name left is `"document"`.
    A long name keeps its suffix. Direction marks go too: they make `fdp.exe` look like `exe.pdf`.
    """
    last = given.replace("\\", "/").rstrip("/").rpartition("/")[2]
    name = " ".join(unicodedata.normalize("NFC", _visible(last)).split())
    if not name.strip(". "):
        return UNNAMED
    if len(name) <= MAX_NAME:
        return name
    suffix = PurePosixPath(name).suffix[:16]
    return name[: MAX_NAME - len(suffix)].rstrip() + suffix


def _visible(text: str) -> str:
    """Most names are printable as they stand, and there may be a hundred thousand of them."""
    if text.isprintable():
        return text
    return "".join(c for c in text if unicodedata.category(c)[0] != "C")


def upload_ids(now_ms: int, filename: str) -> Iterator[str]:
    """Ids for an upload, first the plain one: `20240115_120000_invoice.pdf`, then with `-2` and so
    on before the suffix. Safe in an address: letters, digits and `._-`.
    """
    moment = datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y%m%d_%H%M%S")
    path = PurePosixPath(address_name(filename))
    yield f"{moment}_{path}"
    for number in range(2, MOST_TWINS):
        yield f"{moment}_{path.stem}-{number}{path.suffix}"


def address_name(filename: str, longest: int = 100) -> str:
    """A file name that needs no escapes in an address; the suffix stays."""
    plain = unicodedata.normalize("NFKD", clean_filename(filename)).encode("ascii", "ignore")
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", plain.decode()).strip("._-") or UNNAMED
    path = PurePosixPath(name)
    return path.stem[:longest] + path.suffix[:16]


def download_name(filename: str, path: str) -> str:
    """What a downloaded output is called: `scan.pdf` and `result.md` make `scan.md`; a file in a
    subfolder keeps its own name.
    """
    output = PurePosixPath(path)
    if len(output.parts) > 1:
        return output.name
    stem = PurePosixPath(clean_filename(filename)).stem
    kind = output.name.removeprefix("result")
    return f"{stem}{kind}" if kind.startswith(".") else f"{stem}.{output.name}"
