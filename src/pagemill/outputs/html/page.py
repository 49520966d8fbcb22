"""`html`: the document as one web page, `result.html`, that needs nothing else.

No script, no address outside the file: pictures, if the job asked for `images`, are part of it.
Every page has an anchor, `#page-3`; headings never skip a level; tables name their heads; what
runs from right to left says so. Written page by page.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import PurePosixPath

from pagemill.model.page import BlockKind, PageText
from pagemill.outputs.captions import Captioned, with_captions
from pagemill.outputs.flow import Item, PageStart, Part, belongs_to_item, flow
from pagemill.outputs.html.blocks import Blocks
from pagemill.outputs.html.pictures import Pictures
from pagemill.outputs.html.text import html_text
from pagemill.ports import Book, Folder, Gap

MEDIA_TYPE = "text/html; charset=utf-8"
MOST_ITEMS = 10_000  # of one list, which is in memory while it is written
_TITLE_PAGES, _TITLE_LETTERS = 3, 200
_STYLE = """\
:root{color-scheme:light dark}
body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:1rem/1.55 system-ui,sans-serif}
h1,h2,h3,h4,h5,h6{line-height:1.25}
table{border-collapse:collapse;margin:1rem 0}
caption,figcaption{font-size:.9rem;text-align:start;padding:.3rem 0}
th,td{border:1px solid #8888;padding:.25rem .5rem;text-align:start;vertical-align:top}
figure{margin:1rem 0}
img{max-width:100%;height:auto}
pre{overflow-x:auto;padding:.75rem;background:#8882}
ul.own{list-style:none}
[role=doc-pagebreak]{display:block;border-top:1px dotted #8888;margin:1.5rem 0}
span[role=doc-pagebreak]{display:inline;border:0}
.note,.gap{border-inline-start:.25rem solid #b58900;padding-inline-start:.75rem}
.footnote,.furniture{font-size:.875rem}"""


def write(book: Book, folder: Folder) -> None:
    with folder.write("html", "result.html", MEDIA_TYPE) as file:
        for line in _page(book):
            file.write(f"{line}\n".encode())


def _page(book: Book) -> Iterator[str]:
    first = list(islice(_texts(book), _TITLE_PAGES))
    language = next((page.language for page in first if page.language), "")
    yield "<!DOCTYPE html>"
    yield f'<html lang="{html_text(language, newline=" ") or "und"}">'
    yield '<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width,initial-scale=1">'
    yield f"<title>{html_text(_title(book, first))}</title>\n<style>\n{_STYLE}\n</style>\n</head>"
    yield "<body>\n<main>"
    yield from _body(book, language)
    yield "</main>\n</body>\n</html>"


def _texts(book: Book) -> Iterator[PageText]:
    return (page for page in book.pages() if isinstance(page, PageText))


def _title(book: Book, pages: list[PageText]) -> str:
    """The first heading of the first pages, else the name of the file."""
    headings = (b.text for page in pages for b in page.blocks if b.kind is BlockKind.HEADING)
    found = next((text for text in headings if text.strip()), "")
    return " ".join(found.split())[:_TITLE_LETTERS] or PurePosixPath(book.filename).stem


def _body(book: Book, language: str) -> Iterator[str]:
    """Items that follow each other on a page are one list, with what belongs to them."""
    pictures = Pictures(book) if "images" in book.options.outputs else None
    blocks = Blocks(language, pictures)
    run: list[Part] = []
    for item in with_captions(flow(book)):
        if isinstance(item, Part) and _is_in_list(item, run):
            run.append(item)
            if len(run) == MOST_ITEMS:
                yield from blocks.items(run)
                run = []
            continue
        yield from blocks.items(run)
        run = []
        yield from _shown(item, blocks)
    yield from blocks.items(run)


def _is_in_list(part: Part, run: list[Part]) -> bool:
    return part.block.kind is BlockKind.LIST_ITEM or (bool(run) and belongs_to_item(part.block))


def _shown(item: Item | Captioned, blocks: Blocks) -> Iterator[str]:
    match item:
        case PageStart():
            return blocks.start(item)
        case Gap():
            return blocks.gap(item)
        case Captioned():
            return blocks.captioned(item)
        case Part():
            return blocks.part(item)
