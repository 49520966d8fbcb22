"""Levels of titles of which nothing is known but how tall their lines are, as on pages read by
OCR: heights that are nearly one are one level on all pages of the document.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

from pagemill.model.page import BlockKind, Box, PageText, holds_line

TALLER, MUCH_TALLER = 1.25, 1.7  # times the usual line: headings of the second and first level
APART = 0.12  # heights that differ by more, of the smaller, are two levels
STEP = 0.05
MAX_TITLES = 64  # of one page


@dataclass(frozen=True, slots=True)
class Heights:
    """`groups` are ranges of height, in usual lines, from the tallest, each with its level."""

    groups: tuple[tuple[float, float, int], ...] = ()

    def level(self, ratio: float) -> int:
        """The level of a title whose lines are `ratio` times as tall as usual."""
        for low, high, level in self.groups:
            if low - STEP <= ratio <= high + STEP:
                return level
        return _level(ratio)


@dataclass(slots=True)
class Titles:
    """Counts of titles by height over all pages."""

    ratios: Counter[float] = field(default_factory=Counter)

    def learn(self, page: PageText) -> None:
        titles = [region.box for region in page.regions if region.kind is BlockKind.HEADING]
        if not titles:
            return
        lines = [block for block in page.blocks if block.kind is BlockKind.LINE]
        unsized = [_short_side(block.box) for block in lines if not block.font_size]
        if not unsized:
            return
        usual = max(1.0, median(unsized))
        for title in titles[:MAX_TITLES]:
            inside = [b.box for b in lines if holds_line(title, b.box)]
            if inside:
                ratio = min(_short_side(box) for box in inside) / usual
                self.ratios[round(min(ratio, 20.0) / STEP) * STEP] += 1

    def heights(self) -> Heights:
        return Heights(tuple(_groups(self.ratios)))


def _groups(ratios: Counter[float]) -> Iterable[tuple[float, float, int]]:
    group: list[float] = []
    for ratio in [*sorted(ratios, reverse=True), 0.0]:
        if group and ratio < group[-1] / (1 + APART):
            usual = sum(one * ratios[one] for one in group) / sum(ratios[one] for one in group)
            yield group[-1], group[0], _level(usual)
            group = []
        group.append(ratio)


def _level(ratio: float) -> int:
    return 1 if ratio > MUCH_TALLER else 2 if ratio > TALLER else 3


def _short_side(box: Box) -> float:
    return min(box.width, box.height)
