"""Text in the order in which it stands on paper, from left to right, as PDFs hold it.

Programs that read a PDF turn what runs from right to left around again. The Unicode Bidirectional
Algorithm (UAX #9) for one line without embeddings; the rules' names stand beside their code.
"""

from itertools import groupby
from unicodedata import bidirectional

_RIGHTWARD, _LEFTWARD = "L", "R"
_NUMBERS = frozenset(("EN", "AN"))
_JOINED = frozenset((("EN", "ES"), ("EN", "CS"), ("AN", "CS")))
_STRONG = {"L": _RIGHTWARD, "R": _LEFTWARD, "AL": _LEFTWARD}
_MIRRORED = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")


def visual(text: str) -> str:
    """Text without letters that run leftward comes back as it is."""
    if text.isascii():
        return text
    kinds = [bidirectional(char) for char in text]
    if not {"R", "AL", "AN"} & set(kinds):
        return text
    base = next((_STRONG[kind] for kind in kinds if kind in _STRONG), _RIGHTWARD)
    levels = _levels(_without_neutrals(_with_numbers(kinds, base), base), base)
    return _reordered(text, levels)


def _with_numbers(kinds: list[str], base: str) -> list[str]:
    """W1 to W7: marks take after their letter, signs after their number."""
    found: list[str] = []
    strong = base
    for kind in kinds:
        own = kind if kind != "NSM" else (found or [base])[-1]
        strong = own if own in _STRONG else strong
        found.append("AN" if own == "EN" and strong == "AL" else own)
    _join_signs(found)
    return _after_letters(found, base)


def _join_signs(kinds: list[str]) -> None:
    """W4 and W5, in place: `1,000` and `50%` are numbers."""
    for index in range(1, len(kinds) - 1):
        before, kind, after = kinds[index - 1 : index + 2]
        if before == after and (before, kind) in _JOINED:
            kinds[index] = before
    start = 0
    for kind, run in groupby(list(kinds)):
        end = start + len(list(run))
        beside = {*kinds[max(0, start - 1) : start], *kinds[end : end + 1]}
        if kind == "ET" and "EN" in beside:
            kinds[start:end] = ["EN"] * (end - start)
        start = end


def _after_letters(kinds: list[str], base: str) -> list[str]:
    """W7: a number behind letters that run rightward is one of them."""
    found: list[str] = []
    strong = base
    for kind in kinds:
        strong = _STRONG.get(kind, strong)
        is_among_them = kind == "EN" and strong == _RIGHTWARD
        found.append(_RIGHTWARD if is_among_them else _STRONG.get(kind, kind))
    return found


def _without_neutrals(kinds: list[str], base: str) -> list[str]:
    """N1 and N2: what has no direction takes that of both its neighbours, else the line's."""
    found = list(kinds)
    start = 0
    for is_neutral, run in groupby(kinds, lambda kind: kind not in {"L", "R", *_NUMBERS}):
        end = start + len(list(run))
        if is_neutral:
            before = _side(kinds[start - 1]) if start else base
            after = _side(kinds[end]) if end < len(kinds) else base
            found[start:end] = [before if before == after else base] * (end - start)
        start = end
    return found


def _side(kind: str) -> str:
    return _LEFTWARD if kind in _NUMBERS else kind


def _levels(kinds: list[str], base: str) -> list[int]:
    """I1 and I2."""
    rightward = 2 if base == _LEFTWARD else 0
    return [{"R": 1, "L": rightward}.get(kind, 2) for kind in kinds]


def _reordered(text: str, levels: list[int]) -> str:
    """L2 and L4."""
    placed = [
        (char.translate(_MIRRORED) if level == 1 else char, level)
        for char, level in zip(text, levels, strict=True)
    ]
    for lowest in (2, 1):
        placed = _turned_from(lowest, placed)
    return "".join(char for char, _ in placed)


def _turned_from(lowest: int, placed: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Every run of levels from `lowest` up turned around."""
    runs = [(key, list(run)) for key, run in groupby(placed, lambda item: item[1] >= lowest)]
    return [item for is_turned, run in runs for item in (run[::-1] if is_turned else run)]
