"""What is worth knowing of a page before one reads it: how sure its reading is, and its flags."""

from pagemill.model.page import DOUBTS
from pagemill.outputs.escape import in_comment
from pagemill.outputs.flow import PageStart


def is_telling(page: PageStart) -> bool:
    """Whether a flag says that somebody should look at the page."""
    return not DOUBTS.isdisjoint(page.flags)


def note(page: PageStart) -> str:
    """`confidence 0.62, degraded, rotated`; "" where there is nothing to say."""
    sure = page.confidence
    parts = [] if sure is None else [f"confidence {sure:.2f}"]
    return ", ".join([*parts, *page.flags])


def page_comment(number: int, said: str = "") -> str:
    """`<!-- page 3: confidence 0.62, degraded -->`, or `<!-- page 3 -->` with nothing said."""
    safe = in_comment(said)
    return f"<!-- page {number}{': ' if safe else ''}{safe} -->"
