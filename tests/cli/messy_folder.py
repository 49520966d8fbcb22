"""A folder as people have them: documents, and everything else that gathers there."""

import os
import socket
from dataclasses import dataclass, field
from pathlib import Path

NOT_UTF8 = os.fsdecode(b"\xff\xfe mar\xe9e.pdf")
LONG = "a" * 196 + ".pdf"


def paper(text: str) -> bytes:
    """As much of a PDF as an ingest looks at; other text, other bytes."""
    return b"%PDF-1.7\n" + text.encode()


@dataclass
class Mess:
    """`folder` and what an ingest should make of each path in it, relative to it."""

    folder: Path
    documents: dict[str, bytes] = field(default_factory=dict)
    twins: set[str] = field(default_factory=set)  # of documents, however they are named
    refused: dict[str, str] = field(default_factory=dict)
    skipped: set[str] = field(default_factory=set)

    def put(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path


def make_mess(folder: Path) -> Mess:
    mess = Mess(folder)
    for name in ("one.pdf", "deep/er/two.PDF", LONG, NOT_UTF8, "no suffix", "new\nline.pdf"):
        mess.documents[name] = paper(f"document {name!r}")
    mess.documents["really a picture.pdf"] = b"\x89PNG\r\n\x1a\n and so on"
    mess.documents["large.pdf"] = paper("x" * 700_000)
    for name, data in mess.documents.items():
        mess.put(name, data)
    mess.put("copy/of one.pdf", mess.documents["one.pdf"])
    (folder / "linked.pdf").symlink_to("one.pdf")
    (folder / "large again.dat").hardlink_to(folder / "large.pdf")
    mess.twins = {"copy/of one.pdf", "linked.pdf", "large again.dat"}
    _add_refused(mess)
    _add_skipped(mess)
    return mess


def _add_refused(mess: Mess) -> None:
    folder = mess.folder
    mess.put("empty.pdf", b"")
    mess.put("report.docx", b"PK\x03\x04 an office document")
    (folder / "broken link.pdf").symlink_to("nowhere.pdf")
    (folder / "round.pdf").symlink_to("round.pdf")
    os.mkfifo(folder / "pipe.pdf")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(folder / "socket.pdf"))
    (folder / "device.pdf").symlink_to("/dev/null")
    mess.refused = {
        "empty.pdf": "empty_file",
        "report.docx": "not_a_document",
        "broken link.pdf": "file_not_found",
        "round.pdf": "file_unreadable",
        "pipe.pdf": "not_a_document",
        "socket.pdf": "not_a_document",
        "device.pdf": "not_a_document",
    }


def _add_skipped(mess: Mess) -> None:
    folder = mess.folder
    for name in (
        "notes.txt",
        "half.pdf.part",
        ".DS_Store",
        ".hidden.pdf",
        "Thumbs.db",
        "~$one.pdf",
    ):
        mess.put(name, paper("never looked at"))
    mess.put(".git/inside.pdf", paper("never looked at"))
    (folder / "up").symlink_to("..")
    (folder / "deep/down").symlink_to("er")
    mess.skipped = {
        *("notes.txt", "half.pdf.part", ".DS_Store", ".hidden.pdf", "Thumbs.db", "~$one.pdf"),
        *(".git", "up", "deep/down"),
    }
