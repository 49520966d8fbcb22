"""How far a text layer says what the picture of its page shows. Pure.

Lines read from the picture are compared, word by word, with what the layer holds at their place.
Over pages of many kinds a right layer had 89 % of the letters seen, most of them all; a wrong one
has next to none.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pagemill.model.page import Block, Box

_UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"  # Japanese and Chinese: letter by letter
_WORD = re.compile(f"[{_UNSPACED}]|[^\\W_{_UNSPACED}]+")


@dataclass(frozen=True, slots=True)
class Agreement:
    """Letters and digits of lines seen on the picture: those in words that the layer holds there
    too, those for which it holds others, and those for which it holds none.
    """

    same: int = 0
    other: int = 0
    absent: int = 0

    @property
    def letters(self) -> int:
        return self.same + self.other + self.absent

    @property
    def share(self) -> float:
        """Of the letters seen where the layer holds any, those that it holds too."""
        return self.same / held if (held := self.same + self.other) else 0.0


def compare(layer: Sequence[Block], seen: Iterable[Block]) -> Agreement:
    """`layer` and `seen` are lines of one page."""
    same = other = absent = 0
    for line in seen:
        words = _words(line.text)
        held = _held(layer, line.box)
        letters, room = _letters(words), _letters(held)
        found = min(_found(words, held), room)
        differs = min(letters, room) - found
        same, other, absent = same + found, other + differs, absent + letters - found - differs
    return Agreement(same, other, absent)


def _held(layer: Sequence[Block], place: Box) -> list[str]:
    """What the layer holds there: a line seen as one may be several in the layer."""
    parts = sorted((part for part in layer if _is_beside(part.box, place)), key=_left)
    return [word for part in parts for word in _words(part.text)]


def _found(words: list[str], held: list[str]) -> int:
    """Letters of the words that are held; a reader may have missed the space between two."""
    left = Counter(held)
    joined = {first + second for first, second in pairwise(held)}
    found = 0
    for word in words:
        if left[word] > 0 or word in joined:
            left[word] -= 1
            found += len(word)
    return found


def _letters(words: list[str]) -> int:
    return sum(map(len, words))


def _is_beside(part: Box, line: Box) -> bool:
    """Whether the middle of either lies within the height of the other, and they overlap."""
    if min(part.x1, line.x1) <= max(part.x0, line.x0):
        return False
    return _holds(line, (part.y0 + part.y1) / 2) or _holds(part, (line.y0 + line.y1) / 2)


def _holds(box: Box, y: float) -> bool:
    return box.y0 <= y <= box.y1


def _left(block: Block) -> float:
    return block.box.x0


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
