r"""Text that stays text: whatever a document says, Markdown and HTML see no markup in it.

Only what could become markup is escaped, so that `snake_case`, `a < b` and `[12]` stay readable.
Rules from CommonMark 0.31 and the GitHub extensions (tables, strikethrough, footnotes, task lists,
`$` formulas). `<` becomes an entity rather than `\<`: inert even if somebody shows the Markdown as
HTML unparsed.
"""

import re
from collections.abc import Sequence

from pagemill.model.page import LinkedText
from pagemill.outputs.link_text import Marked, mark, with_links

_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # and lone surrogates
_INLINE = re.compile(
    r"""
      \\ | ` | \*                          # signs come first: a search skips what begins no branch
    | _(?<![^\W_]_) | _(?![^\W_])         # not inside a word
    | \](?=[(\[:\x00])                    # the middle of a link, or a definition
    | \[(?=\^|[ xX]\])                    # a footnote, a task
    | !(?=\x00)                           # a picture, if a link follows
    """,
    re.VERBOSE,
)
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_FORMULA = re.compile(r"\$(?=\S)[^$]*(?<=\S)\$(?!\d)")
_LINE_START = re.compile(
    r"""
      \#{1,6}(?=\s|$) | > | [-+](?=\s|$) | \|
    | [:-](?=[|:\s-]*$)                   # the rule under a table's head or a heading
    | =(?==*$)
    """,
    re.VERBOSE,
)
_NUMBER_START = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_BRACKET = re.compile(r"\\.|[\[\]]|^\^")  # in the text of a link; what is escaped already stays
_CLOSING_HASHES = re.compile(r"(?<=\s)#+$")


def clean_lines(text: str) -> list[str]:
    """The lines of a text without control characters, outer spaces and empty lines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = _CONTROL.sub(" ", text).split("\n")
    return [stripped for line in lines if (stripped := " ".join(line.split()))]


def clean_code(text: str) -> str:
    """Code without control characters and lines of space at its ends; its own spaces stay."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = ["".join(c if c.isprintable() or c == "\t" else " " for c in line) for line in lines]
    return "\n".join(kept).strip("\n").rstrip()


def inert(text: str, links: Sequence[LinkedText] = ()) -> list[str]:
    """The lines of `text`, escaped to stand at the start of lines; `links` lead from it."""
    marked = marked_lines(text, links)
    return _with_links([_at_line_start(line) for line in _inline(marked.text)], marked)


def inert_span(text: str, newline: str = " ", links: Sequence[LinkedText] = ()) -> str:
    """`text` escaped to stand inside a line (heading, list item)."""
    marked = marked_lines(text, links)
    return newline.join(_with_links(_inline(marked.text), marked))


def inert_heading(text: str, links: Sequence[LinkedText] = ()) -> str:
    line = _at_line_start(inert_span(text, links=links))
    return _CLOSING_HASHES.sub(lambda match: "\\" + match[0], line)


def inert_cell(marked: Marked) -> str:
    """What `marked_lines` gives, as a cell of a pipe table."""
    return "<br>".join(_with_links(_inline(marked.text), marked)).replace("|", "\\|")


def marked_lines(text: str, links: Sequence[LinkedText] = (), *, is_part: bool = False) -> Marked:
    """The clean lines of `text` with its links marked."""
    return mark("\n".join(clean_lines(text)), links, is_part=is_part)


def in_comment(text: str) -> str:
    """`text` as it may stand in an HTML comment: on one line, with nothing that could end it."""
    line = " ".join(clean_lines(text)).replace("<", "‹").replace(">", "›")
    return re.sub(r"-{2,}", "–", line)


def _inline(text: str) -> list[str]:
    """Signs that only work in pairs are escaped when the whole text has a pair."""
    paired = ("~" if text.count("~") > 1 else "") + ("$" if _FORMULA.search(text) else "")
    return [_inline_line(line, paired) for line in text.split("\n")] if text else []


def _inline_line(line: str, paired: str) -> str:
    line = _ENTITY.sub("&amp;", _INLINE.sub(lambda match: "\\" + match[0], line))
    for sign in paired:
        line = line.replace(sign, "\\" + sign)
    return _TAG.sub("&lt;", line)


def _at_line_start(line: str) -> str:
    line = _NUMBER_START.sub(r"\1\\\2", line, count=1) if _NUMBER_START.match(line) else line
    return "\\" + line if _LINE_START.match(line) else line


def _with_links(lines: list[str], marked: Marked) -> list[str]:
    urls = iter(marked.urls)
    return [with_links(line, urls, _link) for line in lines] if marked.urls else lines


def _link(text: str, url: str) -> str:
    return f"[{_BRACKET.sub(_in_brackets, text)}]({_ENTITY.sub('&amp;', url)})"


def _in_brackets(match: re.Match[str]) -> str:
    return match[0] if len(match[0]) > 1 else "\\" + match[0]
