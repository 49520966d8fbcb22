"""What people read on a screen: one page in its parts, the whole text a stretch at a time.

Of jobs that `Service.get` gave: whoever has one may read it.
"""

import re
from dataclasses import dataclass

from pagemill.errors import PagemillError
from pagemill.model.job import Job, JobState, OutputFile
from pagemill.model.task import TaskState
from pagemill.ports import Arrange, Ledger, PageMarkdown, PageRun, PageState, Shelf
from pagemill.service import shown
from pagemill.service.parts import PageParts, parts_of

STRETCH_BYTES, STRETCH_PAGES = 48_000, 20
_FENCE = re.compile(rb"^ {0,3}(?:```|~~~)", re.MULTILINE)
_LEAST = STRETCH_BYTES // 2


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of Markdown, or why page `number` has none to show. `number` is 0 where the piece is
    of the whole document.
    """

    markdown: str
    number: int = 0
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some of a job's text. `next` is where the rest begins; None at the end."""

    passages: tuple[Passage, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class Reading:
    ledger: Ledger
    shelf: Shelf
    arrange: Arrange
    mark: PageMarkdown

    def runs(self, job: Job) -> list[PageRun]:
        return self.ledger.page_runs(job.id)

    def parts(self, job: Job, number: int) -> PageParts:
        """Raises `page_not_found`, `page_not_ready`."""
        text = shown.read_page(self.shelf, job, self.ledger.page(job.id, number))
        return parts_of(text, self.arrange, self.mark)

    def stretch(self, job: Job, at: int = 0) -> Stretch:
        """From the `markdown` of a completed job, or else from the pages read so far: `at` is a
        byte of the former, the number of a page before in the latter.
        """
        file = next((file for file in job.outputs if file.name == "markdown"), None)
        if file is None or job.state is not JobState.COMPLETED:
            return self._of_pages(job, at)
        return self._of_file(job, file, at)

    def _of_file(self, job: Job, file: OutputFile, at: int) -> Stretch:
        """Raises `output_not_found` if it was removed."""
        if at >= file.size_bytes:
            return Stretch((), None)
        try:
            end = min(at + STRETCH_BYTES, file.size_bytes)
            data = b"".join(self.shelf.stream(f"{job.folder}/{file.path}", at, end))
        except FileNotFoundError:
            raise PagemillError("output_not_found", "The output was removed") from None
        is_last = at + STRETCH_BYTES >= file.size_bytes
        cut = data if is_last else data[: _cut(data)]
        passage = Passage(cut.decode("utf-8", "replace"))
        return Stretch((passage,), None if is_last else at + len(cut))

    def _of_pages(self, job: Job, after: int) -> Stretch:
        states = self.ledger.pages(job.id, after, STRETCH_PAGES + 1)
        found, length = [], 0
        for state in states[:STRETCH_PAGES]:
            if length >= STRETCH_BYTES:
                break
            found.append(self._passage(job, state))
            length += len(found[-1].markdown)
        is_all = len(found) == len(states)
        return Stretch(tuple(found), None if is_all else found[-1].number)

    def _passage(self, job: Job, state: PageState) -> Passage:
        try:
            text = shown.read_page(self.shelf, job, state)
        except PagemillError as error:
            is_over = state.state in (TaskState.DEAD, TaskState.CANCELLED)
            return Passage("", state.number, error.message if is_over else "Not read yet")
        laid_out = self.arrange(lambda: iter((text,)))(text)
        return Passage(self.mark(laid_out, job.options), state.number)


def _cut(data: bytes) -> int:
    """Where to part Markdown: between two blocks if that can be, never inside of fenced code."""
    end = len(data)
    while (end := data.rfind(b"\n\n", _LEAST, end)) > 0:
        if len(_FENCE.findall(data, 0, end)) % 2 == 0:
            return end + 2
    return data.rfind(b"\n", _LEAST) + 1 or len(data.decode("utf-8", "ignore").encode())
