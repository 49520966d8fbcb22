"""List items as nested HTML lists."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pagemill.model.markers import split_marker
from pagemill.model.page import BlockKind
from pagemill.outputs.flow import Part

Shown = Callable[[Part, int], str]
"""The text of a part from a letter on, as HTML."""


@dataclass(frozen=True, slots=True)
class _Open:
    """A list whose last item is open. `tag` is `ul` or `ol`, with its attributes."""

    level: int
    tag: str


def html_lists(
    items: Sequence[Part],
    shown: Shown,
    about: Callable[[Part], str],
    within: Callable[[Part], Iterator[str]],
) -> Iterator[str]:
    """Lines of HTML. `about` gives the attributes of an item, `within` the lines of what belongs to
    one. Numbers are kept as printed; a marker that HTML has no list for, such as `(a)`, stays in
    the text.
    """
    stack: list[_Open] = []
    for part in items:
        level = part.block.level or 1
        if part.block.kind is not BlockKind.LIST_ITEM:
            while len(stack) > 1 and stack[-1].level > level:
                yield _closed(stack.pop())
            yield from within(part)
            continue
        tag, value, begin = _marked(part.block.text)
        while stack and (stack[-1].level > level or _differs(stack[-1], level, tag)):
            yield _closed(stack.pop())
        if stack and stack[-1].level == level:
            yield "</li>"
        else:
            stack.append(_Open(level, tag))
            yield f"<{tag}>"
        yield f"<li{value}{about(part)}>{shown(part, begin)}"
    while stack:
        yield _closed(stack.pop())


def _differs(last: _Open, level: int, tag: str) -> bool:
    return last.level == level and last.tag != tag


def _closed(last: _Open) -> str:
    return f"</li></{last.tag.split(' ')[0]}>"


def _marked(text: str) -> tuple[str, str, int]:
    """The tag of the list, the item's number as an attribute, and where its own text begins."""
    begin = len(text) - len(text.lstrip())
    marker = split_marker(text[begin:], is_item=True)
    if marker is not None and marker.is_checked is not None:
        return 'ul class="own"', "", 0
    if marker is not None and marker.number is not None:
        return "ol", f' value="{marker.number}"', len(text) - len(marker.rest)
    if marker is not None and marker.is_bullet:
        return "ul", "", len(text) - len(marker.rest)
    return 'ul class="own"', "", 0
