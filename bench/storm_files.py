"""What a storm takes in: small PDFs, and among them what people's folders hold besides."""

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from small_pdfs import line_of, make

ODD_NAMES = (b"fran\xe7ais.pdf", b"a b'c\"d$.pdf", "日本語.pdf".encode(), b"n" * 196 + b".pdf")
NO_DOCUMENT = b"no document, whatever its name says"


@dataclass
class Delivery:
    """A folder of files. `lines` are those at the feet of its readable documents, by digest;
    `broken` the digests of such as can be accepted but not opened. `refused` counts what no job can
    be made of, `copies` the files whose bytes were there before.
    """

    folder: Path
    lines: dict[str, str] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    refused: int = 0
    copies: int = 0
    size_bytes: int = 0

    @property
    def files(self) -> int:
        return len(self.lines) + len(self.broken) + self.refused + self.copies

    @property
    def jobs(self) -> int:
        return len(self.lines) + len(self.broken)


def deliver(folder: Path, count: int, seed: int) -> Delivery:
    """`count` documents, some of them under odd names, and a few of each kind that is none."""
    delivery = Delivery(folder)
    paths = []
    for number, path in enumerate(make(folder, count, seed)):
        data = path.read_bytes()
        delivery.lines[hashlib.sha256(data).hexdigest()] = line_of(number, seed)
        delivery.size_bytes += len(data)
        if number < 2 * len(ODD_NAMES):
            paths.append(path)
    _rename(paths[: len(ODD_NAMES)])
    _add_copies(delivery, paths[len(ODD_NAMES) :])
    _add_broken(delivery)
    _add_refused(delivery)
    _add_loop(folder)
    return delivery


def _rename(paths: list[Path]) -> None:
    """Names that are no UTF-8, that shells dislike, that are as long as they may be."""
    for path, name in zip(paths, ODD_NAMES, strict=False):
        os.rename(path, os.path.join(os.fsencode(path.parent), name))  # noqa: PTH104, PTH118  bytes


def _add_copies(delivery: Delivery, paths: list[Path]) -> None:
    for path in paths:
        copy = delivery.folder / "copies" / path.name
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(path.read_bytes())
        delivery.copies += 1


def _add_broken(delivery: Delivery) -> None:
    for number in range(3):
        data = f"%PDF-1.7\nbroken off, number {number}".encode()
        (delivery.folder / f"broken-{number}.pdf").write_bytes(data)
        delivery.broken.add(hashlib.sha256(data).hexdigest())


def _add_refused(delivery: Delivery) -> None:
    (delivery.folder / "empty.pdf").touch()
    (delivery.folder / "text.pdf").write_bytes(NO_DOCUMENT)
    (delivery.folder / "nowhere.pdf").symlink_to("gone.pdf")
    os.mkfifo(delivery.folder / "pipe.pdf")
    delivery.refused += 4


def _add_loop(folder: Path) -> None:
    """Links that lead back up, which must not be followed for ever."""
    (folder / "loop").symlink_to(folder, target_is_directory=True)
