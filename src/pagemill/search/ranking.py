"""Which of the pages that were found are shown, whatever database found them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pagemill.ports.search import MOST_HITS, Looked

CANDIDATES = MOST_HITS + 1  # the newest so many are weighed; one more tells that there are more
_ALIKE = 2  # decimals that count, of a score where the best is 1


@dataclass(frozen=True, slots=True)
class Candidate:
    """A page that was found; the greater `score`, the better it fits."""

    id: int
    job_id: str
    number: int
    score: float


def chosen(candidates: Iterable[Candidate], looked: Looked) -> list[int]:
    """Ids of the pages to be shown: the best first, newer jobs first among equals."""
    best = sorted(candidates, key=lambda one: one.number)
    top = max((one.score for one in best), default=0.0) or 1.0
    best.sort(key=lambda one: one.job_id, reverse=True)
    best.sort(key=lambda one: round(one.score / top, _ALIKE), reverse=True)
    return [one.id for one in best[:MOST_HITS][looked.skip : looked.skip + looked.limit]]


def in_order(ids: list[int], rows: Iterable[Any]) -> list[Any]:
    """Rows with an `id` in the order of these ids; what was deleted meanwhile is left out."""
    known = {row["id"]: row for row in rows}
    return [known[id] for id in ids if id in known]
