"""What a job gives back: one file per output, each written as a stream, one page at a time.

Everything here runs in a child process. Outputs read a `Book` and write to a `Folder`; they know
neither engines nor storage.
"""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from pagemill.outputs.annotated import AnnotatedOutput
from pagemill.outputs.chunks.write import ChunksOutput
from pagemill.outputs.markdown import MarkdownOutput, page_markdown
from pagemill.outputs.metadata import MetadataOutput
from pagemill.outputs.plain import TextOutput
from pagemill.outputs.result_json import JsonOutput
from pagemill.ports import Book, Folder, Output, Outputs

__all__ = ["all_outputs", "page_markdown"]


@dataclass(slots=True)
class _Later:
    """An output whose module brings large libraries: children that only read never load them."""

    name: str
    module: str

    def write(self, book: Book, folder: Folder) -> None:
        import_module(self.module).write(book, folder)


def all_outputs() -> Outputs:
    """Every output by the name a job asks for; `docling` where its library is installed."""
    has_docling = find_spec("docling_core") is not None
    made: tuple[Output, ...] = (
        MarkdownOutput(),
        AnnotatedOutput(),
        TextOutput(),
        JsonOutput(),
        MetadataOutput(),
        ChunksOutput(),
        _Later("html", "pagemill.outputs.html.page"),
        *([_Later("docling", "pagemill.outputs.docling.document")] if has_docling else []),
        _Later("layout", "pagemill.outputs.layout_pdf.write"),
        _Later("searchable", "pagemill.outputs.searchable_pdf.write"),
        _Later("images", "pagemill.outputs.crops"),
    )
    return {output.name: output for output in made}
