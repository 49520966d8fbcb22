"""Which faces a document uses for headings, and how deep each stands.

Larger type is a heading's unless it is common. Type of the body's size must stand out by weight,
capitals, slant or colour. Levels follow the sizes; within one size the depth of the number, then
how far a face stands out. The document's own outline or tags say more where they name lines.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from pagemill.layout.document.faces import Face, Use

LARGER, LARGER_BY = 1.15, 0.9  # times the body size, and points beyond it
FAR_LARGER = 1.5  # times the body size, where sizes are guessed
SAME = 1.08  # sizes closer than this are one
SMALLEST = 0.94  # times the body size
MAX_SHARE, MAX_SHARE_OF_HEADS = 0.3, 0.5  # of all letters: what is more common is text
HEADS = 0.4  # of a face's letters: so many stand in short runs where it is for headings
LED = 0.7  # of its runs: so many lead a text where a face hardly stands out
MAX_LEVEL = 6
_LIGHT = 0xF0

Key = tuple[Face, int]  # a face, and the depth of the numbers in it; 0 where there are none


@dataclass(frozen=True, slots=True)
class Level:
    """`number` is 1 to 6. `is_strong` says that the size alone makes a heading. `emphasis` is how
    far it stands out else. `is_once` says that the face is used on one page only.
    """

    number: int
    is_strong: bool = False
    emphasis: float = 0.0
    is_once: bool = False


@dataclass(slots=True)
class Votes:
    """How often the outline or the tags of the document gave a level to a face."""

    of: dict[Key, Counter[int]] = field(default_factory=dict)

    def add(self, face: Face, depth: int, level: int) -> None:
        self.of.setdefault((face, depth), Counter())[level] += 1

    def level(self, key: Key) -> int | None:
        """The most common one; None where there are none."""
        votes = self.of.get(key)
        return min(votes, key=lambda level: (-votes[level], level)) if votes else None


@dataclass(frozen=True, slots=True)
class Levels:
    """`shift` is by how much the outline's levels stand deeper here: 1 under a title.
    `has_large_numbers` says that headings in larger type are numbered.
    """

    of: Mapping[Key, Level]
    shift: int = 0
    has_large_numbers: bool = False


def levels(
    uses: Mapping[Face, Use], votes: Votes, *, is_shifted: bool, is_noisy: bool = False
) -> tuple[Face, Levels]:
    """The body's face, of size 0 where there is none, and the levels of all others.

    `is_shifted` says that a title may stand above the levels that were voted for, `is_noisy` that
    sizes are guessed: then only far larger type is a heading's.
    """
    total = sum(use.letters for use in uses.values())
    if not total:
        return Face(0.0), Levels({})
    if is_noisy:
        body = Face(_median(uses, total))
        large = {face: use for face, use in uses.items() if face.size >= FAR_LARGER * body.size}
        rare = {face: use for face, use in large.items() if use.letters < MAX_SHARE * total}
        return body, _levels(rare, body, votes, is_shifted=is_shifted)
    body = _body(uses)
    is_bold_rare = 3 * sum(use.letters for face, use in uses.items() if face.is_bold) < total
    heads = {
        face: use
        for face, use in uses.items()
        if use.heads
        and (_is_voted(face, use, votes) or _is_for_heads(face, use, body, total))
        and (is_bold_rare or body.is_bold or is_larger(face.size, body.size) or not face.is_bold)
    }
    return body, _levels(heads, body, votes, is_shifted=is_shifted)


def _body(uses: Mapping[Face, Use]) -> Face:
    """The most common face of the most common size."""
    sizes: Counter[float] = Counter()
    for face, use in uses.items():
        sizes[face.size] += use.letters
    size = max(sizes, key=lambda one: (sizes[one], -one))
    return max((face for face in uses if face.size == size), key=lambda one: uses[one].letters)


def _median(uses: Mapping[Face, Use], total: int) -> float:
    """The size of the letter in the middle."""
    seen = 0
    for face in sorted(uses):
        seen += uses[face].letters
        if 2 * seen >= total:
            return face.size
    return 0.0


def is_larger(size: float, body: float) -> bool:
    return size >= max(LARGER * body, body + LARGER_BY)


def emphasis(face: Face, body: Face) -> float:
    """How far type of about the body's size stands out. Bold alone is 2, capitals 1.5; a little
    more size, slant, or colour 1 each.
    """
    if face.size < SMALLEST * body.size:
        return 0.0
    return (
        2.0 * (face.is_bold and not body.is_bold)
        + 1.5 * (face.is_caps and not body.is_caps)
        + 1.0 * (face.is_italic and not body.is_italic)
        + 1.0 * (_differ(face.color, body.color))
        + 1.0 * (face.size > 1.04 * body.size)
    )


def _differ(a: int, b: int) -> bool:
    """Whether an eye tells these colours apart."""
    return sum(abs((a >> by & 0xFF) - (b >> by & 0xFF)) for by in (0, 8, 16)) > 96


def _is_voted(face: Face, use: Use, votes: Votes) -> bool:
    """Whether the outline or the tags name most of what stands alone in this face."""
    named = sum(votes.of[key].total() for key in votes.of if key[0] == face)
    return 2 * named > use.heads


def _is_for_heads(face: Face, use: Use, body: Face, total: int) -> bool:
    if face.size == body.size and face == body:
        return False
    is_only_heads = use.head_letters == use.letters
    share = MAX_SHARE_OF_HEADS if is_only_heads else MAX_SHARE
    if use.letters > share * total or use.head_letters < HEADS * use.letters:
        return False
    if is_larger(face.size, body.size):
        return True
    stands_out = emphasis(face, body)
    if stands_out >= 1.5:
        return True
    numbered = use.heads - use.depths[0]
    leads = use.led >= LED * use.heads and use.heads > 1
    return stands_out > 0 and (2 * numbered >= use.heads or leads)


def _levels(heads: Mapping[Face, Use], body: Face, votes: Votes, *, is_shifted: bool) -> Levels:
    clusters = _clusters([face.size for face in heads])
    least: dict[int, int] = {}
    for face, use in heads.items():
        number = clusters[face.size]
        for depth in filter(None, use.depths):
            least[number] = min(depth, least.get(number, depth))
    ranks: dict[tuple[int, int, float], list[Key]] = {}
    for face, use in heads.items():
        number = clusters[face.size]
        for depth in use.depths:
            # Those without a number are as deep as the numbers in type of their size.
            rank = (number, depth or least.get(number, 1), -_loudness(face))
            ranks.setdefault(rank, []).append((face, depth))
    ordered = [ranks[rank] for rank in sorted(ranks)]
    voted = [_vote(keys, votes) for keys in ordered]
    shift = int(is_shifted and _has_title(ordered, voted, heads))
    found: dict[Key, Level] = {}
    is_one_page = all(map(_is_on_title_page, heads.values()))
    last = 0
    for keys, vote in zip(ordered, voted, strict=True):
        number = min(last + 1 if vote is None else vote + shift, MAX_LEVEL)
        for face, depth in keys:
            is_once = heads[face].pages < 2
            found[face, depth] = Level(
                number, is_larger(face.size, body.size), emphasis(face, body), is_once
            )
        if not last or is_one_page or not all(_is_on_title_page(heads[face]) for face, _ in keys):
            last = number
    has_large_numbers = any(
        use.heads - use.depths[0] > 1 and is_larger(face.size, body.size)
        for face, use in heads.items()
    )
    return Levels(found, shift, has_large_numbers)


def _is_on_title_page(use: Use) -> bool:
    """Names and dates under a title take no level from the headings of the text."""
    return use.pages == 1 and use.is_on_first


def _clusters(sizes: list[float]) -> dict[float, int]:
    """Sizes that are nearly one get one number, the largest 0."""
    found: dict[float, int] = {}
    largest, number = 0.0, -1
    for size in sorted(set(sizes), reverse=True):
        if size * SAME <= largest or number < 0:
            largest, number = size, number + 1
        found[size] = number
    return found


def _loudness(face: Face) -> float:
    return 2.0 * face.is_bold + 1.0 * face.is_caps - 0.5 * face.is_italic


def _vote(keys: list[Key], votes: Votes) -> int | None:
    known = [level for key in keys if (level := votes.level(key)) is not None]
    return min(known, default=None)


def _has_title(
    ordered: list[list[Key]], voted: list[int | None], heads: Mapping[Face, Use]
) -> bool:
    """Whether the largest type of all stands on the first page alone and got no vote."""
    if not any(voted) or voted[0] is not None:
        return False
    uses = [heads[face] for face, _ in ordered[0]]
    return all(use.pages == 1 and use.heads <= 2 for use in uses)
