"""What a job has to show: page texts and output files, read from the shelf, never made here."""

from collections.abc import Iterator

import msgspec

from pagemill.errors import PagemillError
from pagemill.model.job import Job, OutputFile
from pagemill.model.page import PageText, page_key
from pagemill.model.task import TaskState
from pagemill.ports import Ledger, PageMarkdown, PageState, Shelf


def read_page(shelf: Shelf, job: Job, state: PageState) -> PageText:
    """Of a page that is read again, what was read before. Raises `page_not_ready`, with the reason
    if the page was given up.
    """
    if not state.token:
        raise _not_ready(state)
    try:
        data = shelf.get(page_key(job.id, state.number, state.token))
    except FileNotFoundError:
        message = f"Page {state.number} has another text since, or is being removed"
        raise PagemillError("page_not_ready", message) from None
    return msgspec.json.decode(data, type=PageText)


def find_output(job: Job, name: str) -> OutputFile:
    """By path (`images/1_0.jpg`) or by the output's name. Raises `output_not_ready`,
    `output_not_found`.
    """
    by_path = next((file for file in job.outputs if file.path == name), None)
    found = by_path or next((file for file in job.outputs if file.name == name), None)
    if found is not None:
        return found
    if not job.state.is_final and name.partition("/")[0] in job.options.outputs:
        raise PagemillError("output_not_ready", f"The job is {job.state}; `{name}` comes later")
    have = ", ".join(dict.fromkeys(file.name for file in job.outputs)) or "none"
    raise PagemillError(
        "output_not_found", f"The job has no output '{name[:80]}'", f"Outputs it has: {have}."
    )


def partial_markdown(ledger: Ledger, shelf: Shelf, mark: PageMarkdown, job: Job) -> Iterator[str]:
    """The Markdown of every page read so far, one page in memory at a time; what is missing is
    named in a comment, so that nobody takes the part for the whole.
    """
    after = 0
    while states := ledger.pages(job.id, after=after):
        for state in states:
            yield _page_markdown(shelf, mark, job, state) + "\n\n"
        after = states[-1].number


def _page_markdown(shelf: Shelf, mark: PageMarkdown, job: Job, state: PageState) -> str:
    try:
        return mark(read_page(shelf, job, state), job.options).strip()
    except PagemillError as error:
        return f"<!-- {_inert(error.message)} -->"


def _not_ready(state: PageState) -> PagemillError:
    if state.state is TaskState.DEAD and state.failure is not None:
        why = state.failure
        message = f"Page {state.number} could not be read: {why.message}"
        return PagemillError("page_not_ready", message, why.hint)
    if state.state is TaskState.CANCELLED:
        return PagemillError("page_not_ready", f"Page {state.number} was cancelled")
    return PagemillError("page_not_ready", f"Page {state.number} is not read yet")


def _inert(text: str) -> str:
    """Text that cannot end an HTML comment."""
    return text.replace("--", "- -").replace(">", "")
