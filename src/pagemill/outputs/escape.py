r"""Text that stays text: whatever a document says, Markdown and HTML see no markup in it.

Only what could become markup is escaped, so that `snake_case`, `a < b` and `[12]` stay readable.
Rules from CommonMark 0.31 and the GitHub extensions (tables, strikethrough, footnotes, task lists,
`$` formulas). `<` becomes an entity rather than `\<`: inert even if somebody shows the Markdown as
HTML unparsed.
"""

import re

_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # and lone surrogates
_INLINE = re.compile(
    r"""
      \\ | ` | \*                          # signs come first: a search skips what begins no branch
    | _(?<![^\W_]_) | _(?![^\W_])         # not inside a word
    | \](?=[(\[:])                        # the middle of a link, or a definition
    | \[(?=\^|[ xX]\])                    # a footnote, a task
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
_CLOSING_HASHES = re.compile(r"(?<=\s)#+$")


def clean_lines(text: str) -> list[str]:
    """The lines of a text without control characters, outer spaces and empty lines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = _CONTROL.sub(" ", text).split("\n")
    return [stripped for line in lines if (stripped := " ".join(line.split()))]


def inert(text: str) -> list[str]:
    """The lines of `text`, escaped to stand at the start of lines."""
    return [_at_line_start(line) for line in _inline(clean_lines(text))]


def inert_span(text: str, newline: str = " ") -> str:
    """`text` escaped to stand inside a line (heading, table cell)."""
    return newline.join(_inline(clean_lines(text)))


def inert_heading(text: str) -> str:
    line = _at_line_start(inert_span(text))
    return _CLOSING_HASHES.sub(lambda match: "\\" + match[0], line)


def inert_cell(text: str) -> str:
    return inert_span(text, "<br>").replace("|", "\\|")


def in_comment(text: str) -> str:
    """`text` as it may stand in an HTML comment: on one line, with nothing that could end it."""
    line = " ".join(clean_lines(text)).replace("<", "‹").replace(">", "›")
    return re.sub(r"-{2,}", "–", line)


def _inline(lines: list[str]) -> list[str]:
    """Signs that only work in pairs are escaped when the whole text has a pair."""
    whole = "\n".join(lines)
    paired = ("~" if whole.count("~") > 1 else "") + ("$" if _FORMULA.search(whole) else "")
    return [_inline_line(line, paired) for line in lines]


def _inline_line(line: str, paired: str) -> str:
    line = _ENTITY.sub("&amp;", _INLINE.sub(lambda match: "\\" + match[0], line))
    for sign in paired:
        line = line.replace(sign, "\\" + sign)
    return _TAG.sub("&lt;", line)


def _at_line_start(line: str) -> str:
    line = _NUMBER_START.sub(r"\1\\\2", line, count=1) if _NUMBER_START.match(line) else line
    return "\\" + line if _LINE_START.match(line) else line
