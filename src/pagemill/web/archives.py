"""Files of a job as one ZIP, written while it is sent: nothing is held but the piece in hand."""

from collections.abc import Iterable, Iterator
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

_PACKED = (".jpg", ".png", ".pdf")


class _Sink:
    """A file that can only be written to, and is emptied now and then."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


def zipped(files: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[bytes]:
    """The archive in pieces. What is packed already is stored as it is."""
    sink = _Sink()
    with ZipFile(sink, "w") as archive:  # type: ignore[call-overload]  # it needs no more than this
        for name, chunks in files:
            entry = ZipInfo(name)
            entry.compress_type = ZIP_STORED if name.endswith(_PACKED) else ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as target:
                for chunk in chunks:
                    target.write(chunk)
                    if piece := sink.take():
                        yield piece
    yield sink.take()
