"""Text as HTML: nothing in it is markup but the links that were found in it."""

import html
from collections.abc import Sequence

from pagemill.model.page import LinkedText
from pagemill.outputs.escape import marked_lines
from pagemill.outputs.link_text import Marked, with_links


def html_text(text: str, links: Sequence[LinkedText] = (), newline: str = "<br>") -> str:
    return html_of(marked_lines(text, links), newline)


def html_of(marked: Marked, newline: str = "<br>") -> str:
    """What `marked_lines` gives, as HTML."""
    escaped = with_links(html.escape(marked.text), iter(marked.urls), _link)
    return escaped.replace("\n", newline)


def _link(text: str, url: str) -> str:
    return f'<a href="{html.escape(url)}">{text}</a>'
