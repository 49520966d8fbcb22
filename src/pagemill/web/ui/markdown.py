"""Markdown of a document as HTML that a page may hold: whatever it says, nothing in it acts.

Two steps, each a library: markdown-it-py turns CommonMark with tables into HTML and lets HTML
through (tables with spans are HTML); nh3 then keeps what is on the lists below. Nothing else of
this program makes markup of a document's words.
"""

import re
from collections.abc import Callable, Sequence
from urllib.parse import quote

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup

TOP_HEADING = 3  # a page has an h1 and h2s of its own
_TAGS = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li"),
    *("strong", "em", "b", "i", "s", "del", "sub", "sup", "code", "pre", "a", "img"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
_SPANS = {"colspan", "rowspan"}
_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}, "ol": {"start"}, "td": _SPANS, "th": _SPANS}
_WITH_CONTENT = {
    *("script", "style", "template", "noscript", "noembed", "noframes", "iframe", "object"),
    *("svg", "math", "title", "textarea", "select", "xmp", "audio", "video", "head"),
}
_OUTWARD = re.compile(r"(?:https?://|mailto:)[^\s<>\"'`\\]+", re.IGNORECASE)
_PICTURE = re.compile(r"images/\w[\w.-]{0,100}", re.ASCII)
_COUNT = re.compile(r"[1-9]\d{0,2}", re.ASCII)
_START = re.compile(r"\d{1,9}", re.ASCII)
_BOX = re.compile(r"\[([ xX])\] ")
_MOST_NESTED = 20


def safe_html(markdown: str, job_id: str) -> Markup:
    """The HTML of a job's Markdown. Its headings begin at h3; its links lead out by http, https or
    mailto; its pictures are the job's own outputs (`images/1_0.jpg`).

    Bound the length: the time grows with it.
    """
    return Markup(  # noqa: S704  the sanitiser's own words
        nh3.clean(
            _MARKDOWN.render(markdown),
            tags=_TAGS,
            clean_content_tags=_WITH_CONTENT,
            attributes=_ATTRIBUTES,
            attribute_filter=_filter(job_id),
            link_rel="noopener nofollow noreferrer",
            set_tag_attribute_values={"img": {"loading": "lazy"}, "table": {"tabindex": "0"}},
            url_schemes={"http", "https", "mailto"},
        )
    )


def _filter(job_id: str) -> Callable[[str, str, str], str | None]:
    """What a value becomes; None where the attribute goes."""

    def kept(tag: str, name: str, value: str) -> str | None:
        match name:
            case "href":
                return value if _OUTWARD.fullmatch(value) else None
            case "src":
                own = f"/v1/jobs/{quote(job_id, safe='')}/outputs/{value}"
                return own if _PICTURE.fullmatch(value) else None
            case "colspan" | "rowspan":
                return value if _COUNT.fullmatch(value) else None
            case "start":
                return value if _START.fullmatch(value) else None
            case _:
                return value

    return kept


def _lower_headings(state: StateCore) -> None:
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + TOP_HEADING - 1)}"


def _show_boxes(state: StateCore) -> None:
    """`[x]` at the start of a list item is a box with a tick, as GitHub has it."""
    for before, item in zip(state.tokens, state.tokens[2:], strict=False):
        if before.type == "list_item_open" and item.type == "inline":
            _tick(item.children or ())


def _tick(children: Sequence[Token]) -> None:
    first = children[0] if children else None
    if first is not None and first.type == "text" and (box := _BOX.match(first.content)):
        sign = "☐" if box[1] == " " else "☑"
        first.content = f"{sign} {first.content[box.end() :]}"


def _make() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": True, "maxNesting": _MOST_NESTED})
    made.enable(["table", "strikethrough"])
    made.core.ruler.push("lower_headings", _lower_headings)
    made.core.ruler.push("show_boxes", _show_boxes)
    return made


_MARKDOWN = _make()
