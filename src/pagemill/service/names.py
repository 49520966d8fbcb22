"""File names from strangers, made harmless. Pure."""

import unicodedata
from pathlib import PurePosixPath

MAX_NAME = 255
UNNAMED = "document"


def clean_filename(given: str) -> str:
    r"""The last part of a path, without control, format or unpaired characters, 1 to 255 long.

    `"C:\a\b.pdf"` and `"../b.pdf"` become `"b.pdf"`; what has no name left is `"document"`.
    A long name keeps its suffix. Direction marks go too: they make `fdp.exe` look like `exe.pdf`.
    """
    last = given.replace("\\", "/").rstrip("/").rpartition("/")[2]
    visible = "".join(c for c in last if unicodedata.category(c)[0] != "C")
    name = " ".join(unicodedata.normalize("NFC", visible).split())
    if not name.strip(". "):
        return UNNAMED
    if len(name) <= MAX_NAME:
        return name
    suffix = PurePosixPath(name).suffix[:16]
    return name[: MAX_NAME - len(suffix)].rstrip() + suffix


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
