"""What the regions of a page make of its lines: titles, captions, figures.

Regions come from a network, or from the pictures and drawings of a page with a text layer. They
only name what stands there; every line keeps its text. A figure takes its captions and the few
lines inside it out of the text that runs around it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pagemill.layout.figures.pictures import figures_of
from pagemill.layout.lines import Line, typical_height
from pagemill.model.page import (
    BlockKind,
    Box,
    PageText,
    Region,
    common_area,
    holds_line,
)
from pagemill.model.upright import Upright

NEAR = 0.04  # of the page's height: a caption stands no farther from its figure or table
SAME = 0.5  # of the smaller one: a figure that shares more with one the engine found is that one
CENTRED = 0.15  # of the figure's width: a lone line under its middle is off by no more
ALONE = 1.5  # line heights around a lone caption
_IN_TEXT = frozenset({BlockKind.HEADING, BlockKind.CAPTION})


@dataclass(frozen=True, slots=True)
class _Placed:
    """A line with its `box` on the upright page."""

    line: Line
    box: Box

    @property
    def middle(self) -> float:
        return (self.box.y0 + self.box.y1) / 2


@dataclass(slots=True)
class _Area:
    """A region with its `box` on the upright page, the lines it names, and those of its captions.
    `owner` is the figure or table that it is a caption of.
    """

    region: Region
    box: Box
    lines: list[_Placed] = field(default_factory=list)
    captions: list[_Placed] = field(default_factory=list)
    owner: "_Area | None" = None

    @property
    def kind(self) -> BlockKind:
        return self.region.kind


@dataclass(frozen=True, slots=True)
class Figure:
    """`box` is on the upright page. `above` and `below` are the lines of its captions, `inside`
    those in the picture itself.
    """

    region: Region
    box: Box
    above: list[Line]
    inside: list[Line]
    below: list[Line]


@dataclass(frozen=True, slots=True)
class Parted:
    """The lines of a page by what becomes of them. Those of `text` may have a `region`, which then
    names their kind. Headers and footers were taken out before (`running`).
    """

    text: list[Line]
    figures: list[Figure] = field(default_factory=list)


def parted(page: PageText, lines: Sequence[Line]) -> Parted:
    """Each line stands once in the answer. `lines` are as they lie on the page."""
    page = page if page.regions else _with_figures(page, lines)
    if not page.regions:
        return Parted(list(lines))
    upright = Upright(page.width, page.height, page.rotation, page.skew)
    placed = [_Placed(line, upright.level(line.shown)) for line in lines]
    areas = _areas(page, upright, [one.box for one in placed if one.line.fixed])
    text = [one for one in placed if one.line.fixed or not _is_named(one, areas)]
    text = [one for one in text if one.line.fixed or not _joins(one, areas, text)]
    return _by_kind(text, areas)


def _with_figures(page: PageText, lines: Sequence[Line]) -> PageText:
    """The pictures and drawings of a text layer's page as regions."""
    if any(line.box != line.shown for line in lines):
        return page
    found = figures_of(page.marks, lines, typical_height(lines))
    return replace(page, regions=tuple(Region(BlockKind.FIGURE, box, 1.0) for box in found))


def _areas(page: PageText, upright: Upright, known: Sequence[Box]) -> list[_Area]:
    """Those that name lines; the first that holds a line names it. `known` is where the engine
    itself found something that is no line.
    """
    areas = [_Area(region, upright.level(region.box)) for region in page.regions]

    def all_of(kind: BlockKind) -> list[_Area]:
        return [area for area in areas if area.kind is kind]

    figures = [
        area
        for area in all_of(BlockKind.FIGURE)
        if not any(_is_same(area.box, box) for box in known)
    ]
    captions = all_of(BlockKind.CAPTION)
    for area in captions:
        area.owner = _owner(area, figures + all_of(BlockKind.TABLE), NEAR * upright.size[1])
    return [
        *[area for area in captions if area.owner],
        *figures,
        *all_of(BlockKind.HEADING),
    ]


def _owner(caption: _Area, owners: Sequence[_Area], near: float) -> _Area | None:
    """What stands closest, if it is close enough."""
    by_distance = [(_distance(caption.box, owner.box), index) for index, owner in enumerate(owners)]
    distance, index = min(by_distance, default=(near + 1, 0))
    return owners[index] if distance <= near else None


def _is_named(one: _Placed, areas: Sequence[_Area]) -> bool:
    """Gives the line to the first area that it belongs to."""
    for area in areas:
        if holds_line(area.box, one.box):
            owner = area.owner if area.owner and area.owner.kind is BlockKind.FIGURE else None
            (owner.captions if owner else area.lines).append(one)
            return True
    return False


def _joins(one: _Placed, areas: Sequence[_Area], text: Sequence[_Placed]) -> bool:
    """Gives a line that no region holds to the figure under which it stands alone."""
    for area in areas:
        if area.kind is BlockKind.FIGURE and _is_lone_caption(one, area.box, text):
            area.captions.append(one)
            return True
    return False


def _is_lone_caption(one: _Placed, figure: Box, text: Sequence[_Placed]) -> bool:
    """Close under the figure's middle, no wider than it, and with nothing close below."""
    box, reach = one.box, ALONE * one.box.height
    off_centre = abs(box.x0 + box.x1 - figure.x0 - figure.x1) / 2
    if off_centre > CENTRED * figure.width or box.width > figure.width:
        return False
    if not -box.height < box.y0 - figure.y1 < reach:
        return False
    return not any(
        box.y0 < other.middle < box.y1 + reach
        and min(other.box.x1, figure.x1) > max(other.box.x0, figure.x0)
        for other in text
        if other is not one
    )


def _by_kind(text: Sequence[_Placed], areas: Sequence[_Area]) -> Parted:
    """Titles and captions of tables stay in the text."""
    found = Parted([one.line for one in text])
    for area in areas:
        if area.kind in _IN_TEXT:
            found.text.extend(replace(one.line, region=area.region) for one in area.lines)
        else:
            found.figures.append(_figure(area))
    return found


def _figure(area: _Area) -> Figure:
    """What a region holds beyond a caption stands beside the picture, too."""
    middle = (area.box.y0 + area.box.y1) / 2
    top = max((one.middle for one in area.captions if one.middle < middle), default=-math.inf)
    bottom = min((one.middle for one in area.captions if one.middle >= middle), default=math.inf)
    lines = [*area.captions, *area.lines]
    return Figure(
        area.region,
        area.box,
        [one.line for one in lines if one.middle <= top],
        [one.line for one in lines if top < one.middle < bottom],
        [one.line for one in lines if one.middle >= bottom],
    )


def _is_same(a: Box, b: Box) -> bool:
    return common_area(a, b) > SAME * min(a.area, b.area)


def _distance(a: Box, b: Box) -> float:
    """From edge to edge, along the page's sides."""
    return max(0.0, a.x0 - b.x1, b.x0 - a.x1) + max(0.0, a.y0 - b.y1, b.y0 - a.y1)
