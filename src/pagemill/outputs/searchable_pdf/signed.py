"""Changes to a signed PDF, appended to it: the bytes that were signed stay as they are.

A signature speaks of the file as it was; behind it the file may grow by new versions of objects
(incremental updates, PDF 32000-1 §7.5.6). A viewer then says that the document was signed and has
changed since, and still shows what was signed.
"""

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, Stream

MAX_FIELDS = 10_000
_TAIL = 2048  # bytes at the end of a file that hold `startxref`
_BEYOND = "the file cannot be appended to"


def is_signed(pdf: Pdf) -> bool:
    """Whether a field of the document, or the document itself, holds a signature."""
    permissions = pdf.Root.get(Name.Perms, Dictionary())
    if any(_is_signature(value) for _, value in _entries(permissions)):
        return True
    form = pdf.Root.get(Name.AcroForm)
    waiting = _listed(form, Name.Fields)
    for _ in range(MAX_FIELDS):
        if not waiting:
            return False
        field = waiting.pop()
        if isinstance(field, Dictionary):
            if _is_signature(field.get(Name.V)):
                return True
            waiting += _listed(field, Name.Kids)
    return False


def append_changes(source: Path, pdf: Pdf, changed: Iterable[Page], known: int, made: Path) -> bool:
    """Writes `source` to `made` with the `changed` pages and all objects of a number above `known`
    behind it. False, with nothing of worth in `made`, where that cannot be done.
    """
    if pdf.is_encrypted:
        return False
    pages = [page.obj for page in changed]
    new = [found for found in _objects(pdf) if found.objgen[0] > known]
    shutil.copyfile(source, made)
    try:
        _Appendix(made, pdf).write([*pages, *new])
        with Pdf.open(made) as again:
            return [page.obj.objgen for page in again.pages] == [
                page.obj.objgen for page in pdf.pages
            ]
    except (pikepdf.PikepdfError, ValueError):
        return False


def highest_number(pdf: Pdf) -> int:
    return max((found.objgen[0] for found in _objects(pdf)), default=0)


def _objects(pdf: Pdf) -> Iterator[Object]:
    """Numbers and the like that lie in the file by themselves are left out."""
    return (found for found in pdf.objects if hasattr(found, "objgen"))


def _is_signature(value: object) -> bool:
    return isinstance(value, Dictionary) and Name.ByteRange in value


def _entries(value: object) -> Iterator[tuple[str, object]]:
    return iter(value.items()) if isinstance(value, Dictionary) else iter(())


def _listed(value: object, name: Name) -> list[Object]:
    found = value.get(name) if isinstance(value, Dictionary) else None
    return list(found) if isinstance(found, Array) else []


# ---------------------------------------------------------------- writing


@dataclass(slots=True)
class _Appendix:
    """New versions of objects behind the end of the file at `path`."""

    path: Path
    pdf: Pdf

    def write(self, objects: Iterable[Object]) -> None:
        """Raises ValueError where the file does not say where its cross-references are."""
        before, is_stream = _last_references(self.path)
        offsets: dict[tuple[int, int], int] = {}
        with self.path.open("ab") as file:
            file.write(b"\n")
            for found in objects:
                offsets[found.objgen] = file.tell()
                file.write(b"%d %d obj\n%s\nendobj\n" % (*found.objgen, _body(found)))
            at = file.tell()
            trailer = self._trailer(before)
            file.write(
                _stream_of(offsets, trailer, at) if is_stream else _table_of(offsets, trailer)
            )
            file.write(b"startxref\n%d\n%%%%EOF\n" % at)

    def _trailer(self, before: int) -> dict[bytes, bytes]:
        kept = {Name.Root, Name.Info, Name.ID}
        told = {
            name.encode(): value.unparse()
            for name, value in self.pdf.trailer.items()
            if name in kept
        }
        size = highest_number(self.pdf) + 1
        return told | {b"/Size": b"%d" % size, b"/Prev": b"%d" % before}


def _last_references(path: Path) -> tuple[int, bool]:
    """Where the newest cross-references lie, and whether they are a stream."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL))
        words = file.read().rpartition(b"startxref")[2].split()
        at = int(words[0]) if words else -1
        if not 0 < at < size:
            raise ValueError(_BEYOND)
        file.seek(at)
        return at, not file.read(4).startswith(b"xref")


def _body(found: Object) -> bytes:
    if not isinstance(found, Stream):
        return found.unparse(resolved=True)
    data = found.read_raw_bytes()
    about = found.stream_dict
    about.Length = len(data)
    return b"%s\nstream\n%s\nendstream" % (about.unparse(resolved=True), data)


def _table_of(offsets: dict[tuple[int, int], int], trailer: dict[bytes, bytes]) -> bytes:
    rows = b"".join(
        b"%d 1\n%010d %05d n \n" % (number, at, generation)
        for (number, generation), at in sorted(offsets.items())
    )
    return b"xref\n%strailer\n%s\n" % (rows, _dictionary(trailer))


def _stream_of(offsets: dict[tuple[int, int], int], trailer: dict[bytes, bytes], at: int) -> bytes:
    """The stream is an object itself, with the number behind all others."""
    own = int(trailer[b"/Size"])
    rows = sorted({**offsets, (own, 0): at}.items())
    data = b"".join(
        b"\x01" + place.to_bytes(8, "big") + generation.to_bytes(2, "big")
        for (_, generation), place in rows
    )
    index = b" ".join(b"%d 1" % number for (number, _), _ in rows)
    about = trailer | {
        b"/Type": b"/XRef",
        b"/W": b"[1 8 2]",
        b"/Index": b"[%s]" % index,
        b"/Size": b"%d" % (own + 1),
        b"/Length": b"%d" % len(data),
    }
    return b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (own, _dictionary(about), data)


def _dictionary(entries: dict[bytes, bytes]) -> bytes:
    return b"<< %s >>" % b" ".join(b"%s %s" % entry for entry in entries.items())
