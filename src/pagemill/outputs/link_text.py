"""Links found again in the text that they lead from, before that text is escaped.

A linked stretch is put between two control characters, which no clean text holds; escaping leaves
them where they are, and what is to stand there takes their place at the end.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from pagemill.model.page import LinkedText

OPEN, CLOSE = "\x00", "\x01"
MAX_URL, MAX_LINKS = 2000, 1000  # characters; links of one block
_ALLOWED = re.compile(r"(?:https?://|mailto:)\S", re.IGNORECASE)
_KEPT = "%/:=&?#+!,;'@*[]-._~"  # of a URL; everything else that is no letter or digit is encoded
_LINKED = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")


@dataclass(frozen=True, slots=True)
class Marked:
    """Clean text with its links between `OPEN` and `CLOSE`, one pair for each of `urls`; `left`
    are the links that were not found.
    """

    text: str
    urls: tuple[str, ...]
    left: tuple[LinkedText, ...] = ()


def mark(text: str, links: Sequence[LinkedText] = (), *, is_part: bool = False) -> Marked:
    """Finds each link behind the one before it. `text` has no control characters but newlines.

    A link that is not found stays plain text; where the text is part of a longer one
    (`is_part`), it and all that follow are left for the rest.
    """
    parts: list[str] = []
    urls: list[str] = []
    at = 0
    for index, link in enumerate(links[:MAX_LINKS]):
        url = safe_url(link.url)
        start, end = _place(text, link.text, at) if url else (-1, -1)
        if start < 0 and url and is_part:
            return Marked("".join([*parts, text[at:]]), tuple(urls), tuple(links[index:]))
        if start < 0:
            continue
        stretches = text[start:end].split("\n")
        parts += [text[at:start], "\n".join(f"{OPEN}{stretch}{CLOSE}" for stretch in stretches)]
        urls += [url] * len(stretches)
        at = end
    return Marked("".join([*parts, text[at:]]), tuple(urls))


def with_links(text: str, urls: Iterator[str], made: Callable[[str, str], str]) -> str:
    """Escaped text with its links as `made` of their text and URL."""
    return _LINKED.sub(lambda match: made(match[1], next(urls)), text) if OPEN in text else text


def found_in(text: str, links: Sequence[LinkedText]) -> tuple[LinkedText, ...]:
    """Those links that stand in `text`, each behind the one before it."""
    found: list[LinkedText] = []
    at = 0
    for link in links[:MAX_LINKS]:
        start, end = _place(text, link.text, at)
        if start >= 0:
            found.append(link)
            at = end
    return tuple(found)


def safe_url(url: str) -> str:
    """`url` as it may stand in Markdown and HTML; "" for what a page of text must not lead to."""
    url = url.strip()
    if len(url) > MAX_URL or not _ALLOWED.match(url):
        return ""
    return quote(url, safe=_KEPT, errors="replace")


def _place(text: str, linked: str, at: int) -> tuple[int, int]:
    """Where the words of a link stand in `text`, from `at` on; (-1, -1) if they do not. Whole
    words come before parts of words.
    """
    words = linked.split()
    if not words:
        return -1, -1
    pattern = "[ \n]".join(map(re.escape, words))
    whole = re.compile(rf"(?<!\w){pattern}(?!\w)").search(text, at)
    match = whole or re.compile(pattern).search(text, at)
    return match.span() if match else (-1, -1)
