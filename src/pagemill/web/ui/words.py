"""Values as people read them: how long, how large, how many, how long ago."""

from datetime import UTC, datetime

_SIZES = ("B", "kB", "MB", "GB", "TB")


def duration(seconds: float | None) -> str:
    """`850 ms`, `12 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h`; "" for None."""
    if seconds is None:
        return ""
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    whole = round(seconds)
    for unit, lower, size in (("d", "h", 86_400), ("h", "min", 3600), ("min", "s", 60)):
        if whole >= size:
            rest = whole % size // (size // 24 if unit == "d" else size // 60)
            return f"{whole // size} {unit}" + (f" {rest} {lower}" if rest else "")
    return f"{whole} s"


def size(count: float) -> str:
    """Bytes in decimal units, three digits: `812 B`, `4.1 MB`."""
    for unit in _SIZES:
        if count < 1000 or unit == _SIZES[-1]:
            break
        count /= 1000
    return f"{count:.1f} {unit}" if unit != "B" and count < 100 else f"{count:.0f} {unit}"


def number(count: int) -> str:
    return f"{count:,}"


def moment(at_ms: int | None) -> str:
    """RFC 3339, UTC, to the second; what `<time datetime>` takes. The script makes it local."""
    if at_ms is None:
        return ""
    at = datetime.fromtimestamp(at_ms // 1000, UTC)
    return at.isoformat().replace("+00:00", "Z")


def plain_moment(at: str | None) -> str:
    """An RFC 3339 time of the API as `2026-11-26 09:05`."""
    return (at or "")[:16].replace("T", " ")


def plural(count: int, one: str, many: str = "") -> str:
    """`1 page`, `1,204 pages`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


FILTERS = {
    "duration": duration,
    "size": size,
    "number": number,
    "moment": moment,
    "plain_moment": plain_moment,
    "plural": plural,
}
