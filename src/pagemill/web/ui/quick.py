"""The first page: drop a document, watch it, take the result."""

from collections.abc import Collection

from fastapi import APIRouter, Request, Response

from pagemill.model.document import SUFFIXES
from pagemill.model.job import MAX_PRIORITY, MIN_PRIORITY
from pagemill.model.options import (
    ENGINE_ALIASES,
    HEADERS_FOOTERS,
    MAX_DPI,
    MIN_DPI,
    MODES,
    PAGE_BREAKS,
)
from pagemill.web.context import AtDesk
from pagemill.web.ui.rendering import show

# Other spellings of the kinds that are read, as files in a folder may have them.
OTHER_SUFFIXES = (".tif", ".jpeg", ".jfif", ".j2k", ".jpf", ".jpx")
ENGINES = {
    "auto": "Automatic",
    "text": "Text layer only",
    "ppocr": "PP-OCR",
    "tesseract": "Tesseract",
    "hybrid": "PP-OCR and Tesseract",
}
OUTPUTS = {
    "markdown": "Markdown",
    "text": "Plain text",
    "html": "Web page",
    "searchable": "Searchable PDF",
    "images": "Pictures",
    "json": "JSON",
    "chunks": "Chunks",
    "docling": "DoclingDocument",
    "annotated": "Markdown with boxes",
    "layout": "PDF with boxes",
    "metadata": "Metadata",
}
router = APIRouter(include_in_schema=False)


@router.get("/")
def quick(request: Request, service: AtDesk) -> Response:
    return show(
        request,
        "quick.html",
        engines=_named(ENGINES, set(service.choices.engines) - set(ENGINE_ALIASES)),
        outputs=_named(OUTPUTS, service.choices.outputs),
        default_outputs=service.default_outputs,
        modes=MODES,
        headers_footers=HEADERS_FOOTERS,
        page_breaks=PAGE_BREAKS,
        priorities=range(MAX_PRIORITY, MIN_PRIORITY - 1, -1),
        dpi=(MIN_DPI, MAX_DPI),
        suffixes=[*SUFFIXES.values(), *OTHER_SUFFIXES],
        max_bytes=service.limits.max_upload_bytes,
    )


def _named(words: dict[str, str], here: Collection[str]) -> dict[str, str]:
    """What is there, in the order of the words; plug-ins follow under their own names."""
    known = {name: word for name, word in words.items() if name in here}
    return known | {name: name for name in sorted(here) if name not in known}
