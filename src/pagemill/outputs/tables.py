"""Tables as GitHub's pipe tables, and as HTML where pipes cannot say it: cells over several rows
or columns, lists in a cell.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from pagemill.model.markers import split_marker
from pagemill.model.page import Cell, LinkedText
from pagemill.outputs.escape import clean_lines, inert_cell, marked_lines
from pagemill.outputs.grids import Grid, Placed, grid
from pagemill.outputs.html.text import html_of
from pagemill.outputs.link_text import Marked, found_in

Attributes = Callable[[Placed], str]
"""What a cell's HTML tag says beside its spans, with a space before."""


def table_markdown(cells: Sequence[Cell], links: Sequence[LinkedText] = ()) -> str:
    """Without blank lines, which would end HTML in Markdown."""
    made = grid(cells)
    if made.has_spans or any(_is_list(cell.text) for row in made.rows for cell in row):
        return "\n".join(html_table(made, links))
    return pipe_table(made, links)


def pipe_table(made: Grid, links: Sequence[LinkedText] = ()) -> str:
    """The first row is its head, for there must be one; a cell over several places stands in its
    first.
    """
    head, *body = pipe_rows(made, links)
    return "\n".join([head, "|" + " --- |" * made.columns, *body])


def pipe_rows(made: Grid, links: Sequence[LinkedText] = ()) -> list[str]:
    linker = _Linker(made, links)
    found = []
    for row in made.rows:
        places = [""] * made.columns
        for cell in row:
            places[cell.column] = inert_cell(linker.marked(cell.text))
        found.append(f"| {' | '.join(places)} |")
    return found


def html_table(
    made: Grid,
    links: Sequence[LinkedText] = (),
    caption: str = "",
    attributes: Attributes = lambda _: "",
    rows: Mapping[int, str] | None = None,
) -> Iterator[str]:
    """Lines of HTML, one for each row. `caption` is HTML; `rows` are attributes of rows by the
    number that they had in the table.
    """
    linker = _Linker(made, links)
    yield "<table>"
    if caption:
        yield f"<caption>{caption}</caption>"
    parts = (("thead", made.rows[: made.head_rows]), ("tbody", made.rows[made.head_rows :]))
    named = rows or {}
    for name, part in parts:
        if not part:
            continue
        yield f"<{name}>"
        for row in part:
            inner = "".join(_html_cell(cell, linker, attributes) for cell in row)
            yield f"<tr{named.get(row[0].cell_row, '') if row else ''}>{inner}</tr>"
        yield f"</{name}>"
    yield "</table>"


def _html_cell(cell: Placed, linker: "_Linker", attributes: Attributes) -> str:
    name = "th" if cell.is_header else "td"
    spans = f' rowspan="{cell.row_span}"' if cell.row_span > 1 else ""
    spans += f' colspan="{cell.column_span}"' if cell.column_span > 1 else ""
    if _is_list(cell.text):
        items = [marker.rest for marker in map(split_marker, clean_lines(cell.text)) if marker]
        inner = "".join(f"<li>{html_of(linker.marked(item))}</li>" for item in items)
        inner = f"<ul>{inner}</ul>"
    else:
        inner = html_of(linker.marked(cell.text))
    return f"<{name}{spans}{attributes(cell)}>{inner}</{name}>"


def _is_list(text: str) -> bool:
    """Several lines, each with a bullet."""
    if "\n" not in text:
        return False
    markers = [split_marker(line) for line in clean_lines(text)]
    return len(markers) > 1 and all(marker is not None and marker.is_bullet for marker in markers)


class _Linker:
    """Gives each link of a table to the cell that it leads from, cell by cell in their order."""

    def __init__(self, made: Grid, links: Sequence[LinkedText]) -> None:
        texts = (" ".join(clean_lines(cell.text)) for row in made.rows for cell in row)
        self._left = found_in("\n".join(texts), links) if links else ()

    def marked(self, text: str) -> Marked:
        marked = marked_lines(text, self._left, is_part=True)
        self._left = marked.left
        return marked
