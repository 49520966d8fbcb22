"""What `quality.py` holds Pagemill to. A figure nobody has a truth for is not judged."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from library import Sample
from quality_scores import Figures, Scores
from report import verdict

Groups = Callable[[Sample], list[str]]


@dataclass(frozen=True, slots=True)
class Goal:
    """`name` is a field of `Figures`, or `facts` or `absent`: the share that holds."""

    group: str
    name: str
    limit: float
    at_least: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    what: str
    value: float
    said: str


GOALS = (
    Goal("born_digital", "cer", 0.015, at_least=False),
    Goal("born_digital", "heading_f1", 0.90),
    Goal("born_digital", "facts", 1.0),
    Goal("born_digital", "absent", 0.9),
    Goal("tables", "cell_f1", 0.95),
    Goal("tables", "neighbour_f1", 0.93),
    Goal("table pictures", "cell_f1", 0.80),
    Goal("multi-column scans", "cer", 0.06, at_least=False),
    Goal("drawn pages", "cer", 0.025, at_least=False),
    Goal("receipts", "cer", 0.04, at_least=False),
)
_WORDS = {
    "cer": "CER",
    "heading_f1": "F1 of headings",
    "cell_f1": "F1 of table cells",
    "neighbour_f1": "F1 of neighbours in tables",
    "facts": "facts that hold",
    "absent": "headers and footers that are gone",
}


def verdicts(scores: Scores, groups_of: Groups) -> list[Verdict]:
    found = []
    for goal in GOALS:
        of_group = [score for sample, score in scores.items() if goal.group in groups_of(sample)]
        value = _value(goal.name, of_group)
        if value is not None:
            said = verdict(value, goal.limit, at_least=goal.at_least)
            found.append(Verdict(f"{goal.group}: {_WORDS[goal.name]}", value, said))
    return found


def _value(name: str, scores: Sequence[Figures]) -> float | None:
    if name in {"facts", "absent"}:
        held = sum(getattr(score, f"{name}_held") for score in scores)
        total = sum(getattr(score, f"{name}_total") for score in scores)
        return held / total if total else None
    known = [value for score in scores if (value := getattr(score, name)) is not None]
    return fmean(known) if known else None
