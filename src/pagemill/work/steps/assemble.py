"""Assemble: the pages of a job become the outputs it asked for."""

from pagemill.errors import PagemillError
from pagemill.model.job import Failure
from pagemill.model.task import AssembleDone, Reread, Work
from pagemill.ports import Output, Tools
from pagemill.work.book import LostPage, ReadBook, ShelfFolder
from pagemill.work.lectern import Lectern


def assemble(work: Work, tools: Tools, lectern: Lectern) -> AssembleDone | Reread:
    """Raises `no_page_read`, `disk_full`, `engine_missing` and what an output raises."""
    if all(result.failure is not None for result in work.results):
        raise PagemillError("no_page_read")
    book = ReadBook(work, tools, lectern)
    folder = ShelfFolder(tools.shelf, work.job_id)
    try:
        for name in work.options.outputs:
            _output(name, tools).write(book, folder)
    except LostPage:
        return Reread(book.lost_pages(), _LOST)
    return AssembleDone(folder.files())


_LOST = Failure.of(
    PagemillError(
        "engine_failed",
        "The text of this page was lost from the shelf, as after a power cut",
        "Nothing to do: the page is read again.",
    )
)


def _output(name: str, tools: Tools) -> Output:
    try:
        return tools.outputs[name]
    except KeyError:
        raise PagemillError(
            "invalid_options",
            f"There is no output '{name}' any more",
            f"Allowed: {', '.join(sorted(tools.outputs))}.",
        ) from None
