"""The commands that talk to a server: what each asks for, and how it tells the answer."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NoReturn

import msgspec

from pagemill.cli.exporting import export_job
from pagemill.cli.files import linked, save, sources_of, target_path
from pagemill.cli.following.hearing import follow
from pagemill.cli.screen import Screen, about, error_line, failure_line, plural
from pagemill.cli.searching import Sought, search
from pagemill.cli.sending import Sent, Shipment
from pagemill.cli.watching import watch_jobs
from pagemill.client import Client, JobInfo, OutputInfo
from pagemill.errors import EXIT_FAILED, PagemillError
from pagemill.service.names import clean_filename
from pagemill.settings import load_settings

PATIENCE_SECONDS = 3.0  # a person who waits wants to know soon that nobody answers
MARKDOWN = "markdown"
MOST_AT_ONCE = 200


@contextmanager
def open_remote(url: str | None, token: str | None, screen: Screen) -> Iterator["Remote"]:
    settings = load_settings(url=url, token=token)

    def connect(patience_seconds: float) -> Client:
        return Client(settings.url, token=settings.token, patience_seconds=patience_seconds)

    with connect(PATIENCE_SECONDS) as client:
        yield Remote(client, connect, settings.max_concurrent_io, screen)


@dataclass(frozen=True, slots=True)
class Remote:
    """One method a command; each returns the exit code. `connect` takes seconds of patience."""

    client: Client
    connect: Callable[[float], Client]
    files_at_once: int
    screen: Screen

    def submit(
        self,
        files: Sequence[Path],
        asked: Mapping[str, object],
        password: str,
        priority: int | None,
        *,
        is_waiting: bool,
    ) -> int:
        """Every file is tried; what the server will not have is told, the rest goes on."""
        paths = [source.path for source in sources_of(files)]
        send = partial(self.client.submit, options=asked, priority=priority, password=password)
        shipment = Shipment(send, paths, self.files_at_once)
        accepted: list[JobInfo] = []
        try:
            for sent in shipment:
                self._tell(sent, accepted)
        except BaseException:
            for sent in shipment.known():
                self._tell(sent, accepted)
            raise
        code = EXIT_FAILED if len(accepted) < len(paths) else 0
        if is_waiting and accepted:
            return max(code, self.watch([job.id for job in accepted]))
        if self.screen.is_json:
            self.screen.give_json(_plain(accepted))
        return code

    def _tell(self, sent: Sent, accepted: list[JobInfo]) -> None:
        if sent.refusal is not None:
            self.screen.fail(error_line(str(sent.path), sent.refusal))
        elif sent.job is not None:
            accepted.append(sent.job)
            if not self.screen.is_json:
                self.screen.give(sent.job.id)

    def watch(self, refs: Sequence[str]) -> int:
        """1 if a job failed, was cancelled or has pages that could not be read."""
        first = [self.client.get(ref) for ref in dict.fromkeys(refs)]
        ended = watch_jobs(self.connect, first, self.screen)
        for job in ended:
            for line in _complaints(job):
                self.screen.fail(line)
        is_good = all(job.state == "completed" and not job.failed_pages for job in ended)
        return 0 if is_good else EXIT_FAILED

    def follow(self, user: str) -> NoReturn:
        """All jobs, one's own or, for admins, those of `user` or `*`. Ends with Ctrl-C only."""
        self.client.jobs(user=user, limit=1)  # an address that is wrong is told at once
        follow(self.connect, user, self.screen)

    def get(self, ref: str, out: Path | None, wanted: str) -> int:
        job = self.client.get(ref)
        if out is not None:
            return self._save(job, out, wanted)
        if self.screen.is_json:
            self.screen.give_json(_plain(job))
            return 0
        sys.stdout.buffer.write(self._printable(job, wanted))
        sys.stdout.buffer.flush()
        return 0

    def export(self, ref: str, out: Path) -> int:
        paths = []
        for path in export_job(self.client, self.client.get(ref), out):
            paths.append(str(path))
            if not self.screen.is_json:
                self.screen.give(str(path))
        if self.screen.is_json:
            self.screen.give_json(paths)
        return 0

    def jobs(self, states: str, limit: int) -> int:
        found: list[JobInfo] = []
        before = ""
        names = [name.strip() for name in states.split(",") if name.strip()]
        while len(found) < limit:
            some = min(limit - len(found), MOST_AT_ONCE)
            page = self.client.jobs(states=names, before=before, limit=some)
            found += page.jobs
            if page.next is None:
                break
            before = page.next
        if self.screen.is_json:
            self.screen.give_json(_plain(found))
        else:
            columns = ("Job", "State", ">Pages", "Submitted", "File")
            self.screen.give_table(columns, [_line(job) for job in found])
        return 0

    def search(self, sought: Sought) -> int:
        return search(self.client, self.screen, sought)

    def cancel(self, refs: Sequence[str]) -> int:
        return self._each(refs, self.client.cancel)

    def retry(self, refs: Sequence[str], engine: str, password: str, page: int | None) -> int:
        asked = {"engine": engine, "password": password}
        if page is None:
            return self._each(refs, lambda ref: self.client.retry(ref, **asked))
        return self._each(refs, lambda ref: self.client.retry_page(ref, page, **asked))

    def correct(self, ref: str, page: int, block: int, text: str, before: str | None) -> int:
        return self._each(
            [ref], lambda ref: self.client.correct(ref, page, block, text, before=before)
        )

    def _each(self, refs: Sequence[str], tell: Callable[[str], JobInfo]) -> int:
        """Every job is told; one that refuses does not stop the others."""
        told, code = [], 0
        for ref in refs:
            try:
                told.append(tell(ref))
            except PagemillError as error:
                if error.kind.exit_code != EXIT_FAILED:
                    raise
                self.screen.fail(error_line(ref, error))
                code = EXIT_FAILED
        if self.screen.is_json:
            self.screen.give_json(_plain(told))
        else:
            for job in told:
                self.screen.give(f"{job.id} {job.state}")
        return code

    def _save(self, job: JobInfo, out: Path, wanted: str) -> int:
        stem = PurePosixPath(clean_filename(job.document.filename)).stem
        files = [f for f in self.client.outputs(job.id) if wanted in ("", f.name, f.path)]
        if not files:
            self.client.output(job.id, wanted or MARKDOWN)  # raises, saying what there is
        saved = []
        for file in files:
            target = target_path(out, stem, file.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            saved.append(str(self.client.download(job.id, file.path, target)))
            if target.suffix == ".md":
                with target.open("rb") as markdown:
                    save(target, linked(stem, file.path, markdown))
        if self.screen.is_json:
            self.screen.give_json(saved)
        else:
            for path in saved:
                self.screen.give(path)
        return 0

    def _printable(self, job: JobInfo, wanted: str) -> bytes:
        name = wanted or MARKDOWN
        files = [f for f in self.client.outputs(job.id) if name in (f.name, f.path)]
        if len(files) > 1:
            raise PagemillError(
                "invalid_options",
                f"'{name}' is {plural(len(files), 'file')}",
                "Name a folder for them with -o.",
            )
        if files and _is_binary(files[0]) and sys.stdout.isatty():
            raise PagemillError(
                "invalid_options", f"'{name}' is not text", "Name a folder for it with -o."
            )
        return self.client.output(job.id, name)


def _is_binary(file: OutputInfo) -> bool:
    return not file.media_type.startswith(("text/", "application/json"))


def _complaints(job: JobInfo) -> Iterator[str]:
    name = job.document.filename
    if job.error is not None:
        yield failure_line(name, job.error.code, job.error.message, job.error.hint)
    if job.failed_pages:
        numbers = ", ".join(map(str, job.failed_pages[:20]))
        more = job.pages.failed - min(20, len(job.failed_pages))
        tail = f" and {more} more" if more > 0 else ""
        noun = "page" if job.pages.failed == 1 else "pages"
        yield f"{name}: could not read {noun} {numbers}{tail}."


def _line(job: JobInfo) -> tuple[str, ...]:
    total = "?" if job.pages.total is None else str(job.pages.total)
    settled = job.pages.done + job.pages.failed
    return (job.id, job.state, f"{settled}/{total}", _ago(job.created_at), job.document.filename)


def _ago(moment: str) -> str:
    seconds = (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()
    return f"{about(seconds)} ago"


def _plain(value: object) -> object:
    return msgspec.to_builtins(value)
