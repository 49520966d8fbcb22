"""Assemble: the pages of a job become the outputs it asked for."""

from pagemill.errors import PagemillError
from pagemill.model.job import Failure
from pagemill.model.task import AssembleDone, Reread, Work
from pagemill.ports import Output, Tools
from pagemill.work.book import LostPage, ReadBook, ShelfFolder
from pagemill.work.lectern import Lectern

CLOSED_AFTER_DEATHS = 2
_LOST = Failure.of(
    PagemillError(
        "engine_failed",
        "The text of this page was lost from the shelf, as after a power cut",
        "Nothing to do: the page is read again.",
    )
)
_FAILS_ALL = frozenset({"disk_full", "engine_away"})


def assemble(work: Work, tools: Tools, lectern: Lectern) -> AssembleDone | Reread:
    """An output that fails fails the first attempt; later attempts leave it out, so that a job
    whose pages were read is never lost to one of its outputs. After two deaths the document, which
    may be what kills, stays closed, and outputs that draw from it are left out.

    Raises `no_page_read`, `disk_full`, and what the outputs raise when none could be written.
    """
    if all(result.failure is not None for result in work.results):
        raise PagemillError("no_page_read")
    book = ReadBook(work, tools, lectern, is_closed=work.deaths >= CLOSED_AFTER_DEATHS)
    folder = ShelfFolder(tools.shelf, work.job_id)
    try:
        left_out = _write(work, tools, book, folder)
    except LostPage:
        return Reread(book.lost_pages(), _LOST)
    return AssembleDone(folder.files(), left_out, book.text_bytes)


def _write(work: Work, tools: Tools, book: ReadBook, folder: ShelfFolder) -> tuple[str, ...]:
    """Returns the names of outputs that failed. Raises if all did, or on the first attempt any."""
    errors: dict[str, Exception] = {}
    for name in work.options.outputs:
        try:
            _output(name, tools).write(book, folder)
        except (LostPage, MemoryError, OSError):
            raise
        except Exception as error:
            if work.attempt == 1 or getattr(error, "code", "") in _FAILS_ALL:
                raise
            folder.forget(name)
            errors[name] = error
    if errors and len(errors) == len(work.options.outputs):
        raise next(iter(errors.values()))
    return tuple(errors)


def _output(name: str, tools: Tools) -> Output:
    try:
        return tools.outputs[name]
    except KeyError:
        raise PagemillError(
            "invalid_options",
            f"There is no output '{name}' any more",
            f"Allowed: {', '.join(sorted(tools.outputs))}.",
        ) from None
