"""What the texts of `engines.py` are worth, and whether its goals are met."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from engine_pages import GROUPS, Page
from engine_sides import PROGRAM, STOCK, Spent
from pagemill.model.options import MODES
from report import figure, table, verdict
from score import Score, score, text_of_markdown

DEFAULT, CHOSEN = "ppocr, OpenVINO", "auto, balanced"
LESS_CPU = {
    DEFAULT: 6.0,
    "ppocr, OpenVINO without bf16": 2.5,
    "ppocr, OpenVINO f32": 2.5,
    "ppocr, ONNX Runtime": 2.5,
}
MOST_MB = {
    DEFAULT: 800.0,
    "ppocr, OpenVINO without bf16": 800.0,
    "ppocr, OpenVINO f32": 800.0,
    "ppocr, ONNX Runtime": 550.0,
    "tesseract": 250.0,
    "hybrid, OpenVINO f32": 800.0,
    **{f"auto, {mode}": 800.0 for mode in MODES},
}
COLD_SECONDS = 1.5
NOISE = 0.005  # by so much word F1 may lie below a peer's and not be worse
MOST_CER = {"scans": 0.016, "images": 0.018, "rotated": 0.03}
LEAST_F1 = {"receipts": 0.94, "degraded": 0.95}
Scores = Mapping[Page, Score]


@dataclass(frozen=True, slots=True)
class Means:
    """Over pages; CER only over those whose truth stands in reading order."""

    word_f1: float | None
    cer: float | None

    def __str__(self) -> str:
        return f"{figure(self.word_f1)} / {figure(self.cer)}" if self.word_f1 is not None else ""


def scores_of(spent: Spent, *, is_markdown: bool) -> Scores:
    def text(of: str) -> str:
        return text_of_markdown(of) if is_markdown else of

    return {
        page: score(text(found), page.truth, optional=page.optional)
        for page, found in spent.texts.items()
    }


def means(scores: Scores, holds: Callable[[Page], bool]) -> Means:
    found = {page: s for page, s in scores.items() if holds(page)}
    rates = [s.cer for page, s in found.items() if page.is_ordered and s.cer is not None]
    words = [s.word_f1 for s in found.values() if s.word_f1 is not None]
    return Means(fmean(words) if words else None, fmean(rates) if rates else None)


def of_group(scores: Scores, group: str) -> Means:
    return means(scores, lambda page: page.group == group)


def costs(spent: Mapping[str, Spent]) -> str:
    """A row a side, with the goals of those that have some."""
    stock = spent[STOCK].per_page()[0]
    head = ["engine", "CPU s/page", "times as little as stock", "pages/s", "largest MB"]
    return table(
        [*head, "start s", "its CPU s"], [_cost(name, used, stock) for name, used in spent.items()]
    )


def _cost(name: str, used: Spent, stock: float) -> list[str]:
    cpu, speed = used.per_page()
    return [
        name,
        f"{cpu:.2f}",
        _judged(stock / cpu, LESS_CPU.get(name), 2, at_least=True),
        f"{speed:.2f}",
        _judged(used.peak_mb, MOST_MB.get(name), 0, at_least=False),
        _judged(used.cold[0], COLD_SECONDS if name in MOST_MB else None, 2, at_least=False),
        f"{used.cold[1]:.2f}",
    ]


def accuracy(scores: Mapping[str, Scores]) -> str:
    groups = [group for group in GROUPS if _count(scores, group)]
    head = ["word F1 / CER", *(f"{group} ({_count(scores, group)})" for group in groups)]
    rows = [[name, *(of_group(own, group) for group in groups)] for name, own in scores.items()]
    return table(head, rows)


def goals(scores: Mapping[str, Scores]) -> str:
    """The goals of accuracy, for the default engine and for what people get who choose none."""
    judged = [name for name in (DEFAULT, CHOSEN) if name in scores]
    groups = [group for group in GROUPS if _count(scores, group)]
    rows = [_limits(group, judged, scores) for group in groups if group in MOST_CER | LEAST_F1]
    if PROGRAM in scores and "accented" in groups:
        rows.append(_beside(PROGRAM, "accented", judged, scores, _has_pack))
    rows += [_beside(STOCK, group, judged, scores, lambda _: True) for group in groups]
    return table(["goal", *judged], rows)


def _limits(group: str, judged: Sequence[str], scores: Mapping[str, Scores]) -> list[str]:
    found = [of_group(scores[name], group) for name in judged]
    if group in MOST_CER:
        cells = [_judged(m.cer, MOST_CER[group], 3, at_least=False) for m in found]
        return [f"CER, {group}", *cells]
    cells = [_judged(m.word_f1, LEAST_F1[group], 3, at_least=True) for m in found]
    return [f"word F1, {group}", *cells]


def _beside(
    peer: str,
    group: str,
    judged: Sequence[str],
    scores: Mapping[str, Scores],
    counts: Callable[[Page], bool],
) -> list[str]:
    """Not worse than the peer in the group, on the pages that count."""

    def f1(name: str) -> float | None:
        return means(scores[name], lambda page: page.group == group and counts(page)).word_f1

    theirs = f1(peer)
    limit = None if theirs is None else round(theirs - NOISE, 3)
    cells = [_judged(f1(name), limit, 3, at_least=True) for name in judged]
    return [f"word F1, {group}, beside {peer}", *cells]


def _has_pack(page: Page) -> bool:
    """Elsewhere Tesseract could only read with the letters of English."""
    return page.has_own_pack


def _judged(value: float | None, limit: float | None, digits: int, *, at_least: bool) -> str:
    """`0.97 (>= 0.95: yes)`; judged as it is printed."""
    if value is None or limit is None:
        return figure(value, digits)
    said = verdict(round(value, digits), limit, at_least=at_least)
    return f"{figure(value, digits)} ({said})"


def _count(scores: Mapping[str, Scores], group: str) -> int:
    return sum(page.group == group for page in next(iter(scores.values())))
