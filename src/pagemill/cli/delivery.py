"""What `convert` hands over: files in a folder, text on stdout, or an account as JSON; and every
page and file that could not be read, by name.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pagemill.cli.files import Source, linked, save, target_path
from pagemill.cli.screen import Screen, error_line, failure_line, plural
from pagemill.errors import EXIT_FAILED, PagemillError
from pagemill.model.job import Failure, Job, JobState, OutputFile
from pagemill.model.page import DOUBTS
from pagemill.ports import PageState
from pagemill.service import Service

TEXT_OUTPUTS = frozenset(
    {"markdown", "annotated", "html", "chunks", "docling", "json", "metadata", "text"}
)
MOST_PAGES_TOLD = 20


@dataclass(slots=True)
class Errand:
    """One file on its way. `job` is how it stands, None once there is none; `read_before` counts
    the pages that earlier runs had read.
    """

    source: Source
    job: Job | None = None
    since_ms: int = 0
    read_before: int = 0
    refusal: PagemillError | None = None
    saved: list[Path] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return self.job is None or self.job.state.is_final


def require_room(files: int, outputs: Sequence[str], out: Path | None, screen: Screen) -> None:
    """Raises `invalid_options` when results were asked for that stdout cannot take."""
    if out is not None:
        return
    hint = "Name a folder for the results with -o."
    if files > 1 and not screen.is_json:
        raise PagemillError("invalid_options", f"{files} files cannot be printed as one", hint)
    if len(outputs) != 1 and not screen.is_json:
        raise PagemillError("invalid_options", "Several outputs cannot be printed as one", hint)
    for output in outputs:
        if output not in TEXT_OUTPUTS:
            raise PagemillError("invalid_options", f"'{output}' cannot be printed", hint)


@dataclass(slots=True)
class Delivery:
    """`take` each errand when it is over, then `close`."""

    service: Service
    out: Path | None
    screen: Screen
    complaints: list[str] = field(default_factory=list)

    def take(self, errand: Errand) -> None:
        """Saves the outputs if there is a folder for them, and notes what could not be read."""
        job = errand.job
        if job is None:
            return
        name = str(errand.source.path)
        if job.failure is not None:
            why = job.failure
            self.complaints.append(failure_line(name, why.code, why.message, why.hint))
        self.complaints += self._failed_pages(name, job)
        self._tell_doubts(name, job)
        if self.out is None:
            return
        try:
            for file in job.outputs:
                stem = errand.source.stem
                target = target_path(self.out, stem, file.path)
                save(target, linked(stem, file.path, self.service.read(job, file)))
                errand.saved.append(target)
        except PagemillError as error:
            self.complaints.append(error_line(name, error))

    def close(self, errands: Sequence[Errand]) -> int:
        """Prints what is to be printed; returns the exit code."""
        self.complaints += [
            error_line(str(errand.source.path), errand.refusal)
            for errand in errands
            if errand.refusal is not None
        ]
        for line in self.complaints:
            self.screen.fail(line)
        if self.screen.is_json:
            self.screen.give_json([self._account(errand) for errand in errands])
        elif self.out is None:
            self._print(errands[0])
        is_good = not self.complaints and all(_is_completed(errand) for errand in errands)
        return 0 if is_good else EXIT_FAILED

    def _failed_pages(self, name: str, job: Job) -> list[str]:
        if not job.pages_failed:
            return []
        numbers = self.service.failed_pages([job.id]).get(job.id, [])
        pages = [self.service.page(job.id, number) for number in numbers[:MOST_PAGES_TOLD]]
        failures = {page.number: page.failure for page in pages if page.failure is not None}
        lines, told = [], {""}
        for number, why in failures.items():
            hint = "" if why.hint in told else why.hint  # once is enough
            told.add(why.hint)
            lines.append(failure_line(f"{name}, page {number}", why.code, why.message, hint))
        more = job.pages_failed - len(pages)
        return lines + ([f"{name}: and {plural(more, 'more page')}."] if more > 0 else [])

    def _tell_doubts(self, name: str, job: Job) -> None:
        """Names pages that somebody should look at; they are no failures."""
        doubtful = list(self._doubtful(job))
        for page in doubtful[:MOST_PAGES_TOLD]:
            sure = "" if page.confidence is None else f" (confidence {page.confidence:.2f})"
            self.screen.say(f"{name}, page {page.number}: {', '.join(page.flags)}{sure}")
        more = len(doubtful) - MOST_PAGES_TOLD
        if more > 0:
            self.screen.say(f"{name}: and {plural(more, 'more page')} to look at.")

    def _doubtful(self, job: Job) -> Iterator[PageState]:
        after = 0
        while states := self.service.pages(job.id, after):
            yield from (state for state in states if not DOUBTS.isdisjoint(state.flags))
            after = states[-1].number

    def _print(self, errand: Errand) -> None:
        """The bytes of the one output, as they are."""
        if errand.job is None or not errand.job.outputs:
            return
        for chunk in self.service.read(errand.job, errand.job.outputs[0]):
            sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()

    def _account(self, errand: Errand) -> dict[str, object]:
        job = errand.job
        account: dict[str, object] = {"file": str(errand.source.path)}
        if job is None:
            return account | {"state": JobState.FAILED, "error": _told(errand.refusal)}
        failed = self.service.failed_pages([job.id]).get(job.id, [])
        account |= {
            "job": job.id,
            "state": job.state,
            "pages": {"total": job.pages_total, "done": job.pages_done, "failed": failed},
        }
        account["doubtful"] = [
            {"page": page.number, "confidence": page.confidence, "flags": list(page.flags)}
            for page in self._doubtful(job)
        ]
        if job.failure is not None:
            account["error"] = asdict(job.failure)
        if self.out is not None:
            return account | {"saved": [str(path) for path in errand.saved]}
        return account | {"results": {file.name: self._text(job, file) for file in job.outputs}}

    def _text(self, job: Job, file: OutputFile) -> str:
        return b"".join(self.service.read(job, file)).decode()


def _is_completed(errand: Errand) -> bool:
    return errand.job is not None and errand.job.state is JobState.COMPLETED


def _told(error: PagemillError | None) -> dict[str, str] | None:
    return asdict(Failure.of(error)) if error else None
