"""Regions: what a network of page layout makes of a page, once an engine has read it.

They are a help and no part of the reading: a page without them stands as it was read.
"""

import sys
from dataclasses import replace

from pagemill.model.options import BEST, FAST, Options, fingerprint
from pagemill.model.page import Block, BlockKind, NativeText, PageText
from pagemill.ports import DocumentPage, Engine, Picture, Strokes, Tools

DASH, SURE = "–", 0.8  # what a lone stroke in a table is read as, and with what confidence
_CAUSE_LETTERS = 200


class DrawnOnce:
    """A page that keeps the last picture drawn of it for whoever wants the same. Implements
    `ports.DocumentPage`.
    """

    def __init__(self, page: DocumentPage) -> None:
        self.number, self.width, self.height = page.number, page.width, page.height
        self._page = page
        self._last: Picture | None = None

    def native_text(self) -> NativeText:
        return self._page.native_text()

    def native_dpi(self) -> int | None:
        return self._page.native_dpi()

    def original(self) -> Picture | None:
        return self._page.original()

    def render(self, dpi: int) -> Picture:
        if self._last is None or self._last.dpi != dpi:
            self._last = None  # two pictures of a page are more memory than one
            self._last = self._page.render(dpi)
        return self._last


def expect_regions(engine: Engine, mode: str, tools: Tools) -> None:
    """Lets the model load while the page is read, if its regions are likely to be wanted."""
    if tools.regions is not None and (mode != FAST if engine.needs_picture else mode == BEST):
        tools.regions.warm()


def with_regions(
    text: PageText, page: DocumentPage, engine: Engine, mode: str, tools: Tools
) -> PageText:
    """Where lines alone were found, and the mode has time for it. A text layer tells type and size
    as well, so only the best mode looks at such pages; but not one that an earlier OCR has left.
    """
    has_only_lines = engine.needs_picture or text.marks.is_scan
    is_wanted = mode != FAST if has_only_lines else mode == BEST
    if tools.regions is None or not is_wanted or not _has_lines(text):
        return text
    began = tools.clock.monotonic()
    try:
        text = replace(text, regions=tools.regions.find(page, text))
        if has_only_lines:
            text = _with_strokes(text, tools.regions.strokes(page, text))
    except Exception as error:  # noqa: BLE001  whatever it is, the page was read
        cause = f"{type(error).__name__}: {error}"[:_CAUSE_LETTERS]
        print(f"page {text.number} has no regions: {cause}", file=sys.stderr)  # noqa: T201
        return text
    spent = round(1000 * (tools.clock.monotonic() - began))
    return replace(text, layout_ms=spent)


def _with_strokes(text: PageText, strokes: Strokes) -> PageText:
    """Rules as marks; dashes as text, which engines leave out where nothing stands beside them."""
    dashes = (Block(BlockKind.LINE, box, DASH, SURE) for box in strokes.dashes)
    marks = replace(text.marks, rules=strokes.rules)
    return replace(text, blocks=(*text.blocks, *dashes), marks=marks)


def cache_key(options: Options, tools: Tools) -> str:
    """Equal keys promise equal page texts, regions included: what finds them is part of it."""
    key = tools.engines.cache_key(options.engine, options)
    if tools.regions is None or options.mode == FAST or tools.regions.missing() is not None:
        return key
    return fingerprint({"engines": key, "regions": tools.regions.version})


def _has_lines(text: PageText) -> bool:
    return any(block.kind is BlockKind.LINE and block.text for block in text.blocks)
