"""Houses for browsers to visit: one in this process whose pages are really read, when a test says
so, and one in processes of its own that may be killed.
"""

import signal
import subprocess
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

from pagemill.app.plugins import registry_of
from pagemill.documents import PageOpener
from pagemill.layout import arrange
from pagemill.model.job import Failure, Job
from pagemill.model.options import Choices
from pagemill.model.people import LOCAL, Caller, Role, Scope
from pagemill.model.task import GiveUp, Outcome, Report, TaskKind, Work
from pagemill.outputs import all_outputs
from pagemill.ports import Ledger, Tools
from pagemill.service import Service
from pagemill.testing.documents import text_pdf
from pagemill.web import WebConfig
from pagemill.work.lectern import Lectern
from pagemill.work.steps import perform
from pagemill_process import start_server
from web_house import ENGINES, FAILURE, PDFIUM, LiveHouse, open_service, serving

MOST_PIXELS, MOST_PAGES = 10_000_000, 20_000
SLOTS = 100


@dataclass
class Reader:
    """Claims, reads and finishes as agent and children do, by the same steps, when a test says so.

    `broken` pages are given up with `failure`.
    """

    ledger: Ledger
    tools: Tools
    broken: Collection[int] = ()
    failure: Failure = FAILURE

    def __post_init__(self) -> None:
        self._lectern = Lectern(self.tools)

    def step(self, slots: int = SLOTS) -> list[Work]:
        """Does what is ready now, at most so many tasks, but not what follows from it."""
        works = self.ledger.claim("hand:1", (), slots, 60.0)
        self.ledger.finish([Report(w.task_id, w.token, self._outcome(w)) for w in works])
        return works

    def work_off(self) -> None:
        while self.step():
            pass

    def close(self) -> None:
        with PDFIUM:
            self._lectern.close()

    def _outcome(self, work: Work) -> Outcome:
        if work.kind is TaskKind.PAGE and work.page_no in self.broken:
            return GiveUp(self.failure)
        with PDFIUM:
            return perform(work, self.tools, self._lectern).outcome


@dataclass
class Site:
    """A house, and somebody in it who reads. What is sent belongs to `local` unless somebody else
    was let in; whoever is named is let in when first named.
    """

    house: LiveHouse
    reader: Reader
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.house.url

    @property
    def service(self) -> Service:
        return self.house.service

    def token(self, user_id: str, role: Role = Role.USER) -> str:
        """The text of a token of this user, the same at each call."""
        if user_id not in self.tokens:
            self.tokens[user_id] = self.house.let_in(user_id, role)
        return self.tokens[user_id]

    def send(
        self,
        document: bytes | Sequence[str] | int = 3,
        filename: str = "mill.pdf",
        *,
        user_id: str = "",
        options: Mapping[str, object] | None = None,
        **asked: object,
    ) -> Job:
        """A new job, queued: of these bytes, or of a PDF of so many pages or these texts."""
        with PDFIUM:
            data = document if isinstance(document, bytes) else text_pdf(document)
        with self.service.receive() as upload:
            upload.write(data)
            given = {"by": self._caller(user_id), **asked}
            return self.service.submit(upload, filename, options or {}, **given).job

    def begin(
        self, document: bytes | Sequence[str] | int = 3, read: int = 1, **sent: object
    ) -> Job:
        """A job of which so many pages are read; the others wait for `reader.step(1)`."""
        job = self.send(document, **sent)
        self.reader.step(1)
        for _ in range(read):
            self.reader.step(1)
        return self.job(job)

    def finish(self, document: bytes | Sequence[str] | int = 3, **sent: object) -> Job:
        """A job that is done; so is all else that was ready."""
        job = self.send(document, **sent)
        self.reader.work_off()
        return self.job(job)

    def job(self, job: Job) -> Job:
        """As it is now."""
        return self.service.ledger.job(job.id)

    def _caller(self, user_id: str) -> Caller:
        if not user_id:
            return LOCAL
        self.token(user_id)
        rights = frozenset({Scope.READ, Scope.WRITE})
        return Caller(self.house.office.user(user_id), rights)


@contextmanager
def a_site(folder: Path, **config: object) -> Iterator[Site]:
    """With every output, in a folder of its own. `config` as `WebConfig` has it."""
    folder.mkdir(parents=True, exist_ok=True)
    outputs = all_outputs()
    service = replace(
        open_service(folder, max_upload_bytes=64_000_000), choices=Choices(ENGINES, list(outputs))
    )
    given = {"watch_interval_ms": 20, "heartbeat_seconds": 1, "failed_logins_per_minute": 1000}
    tools = Tools(
        shelf=service.shelf,
        documents=PageOpener(MOST_PIXELS),
        engines=registry_of("auto", "", "auto"),
        outputs=outputs,
        arrange=arrange,
        clock=service.clock,
        max_pages=MOST_PAGES,
        scratch=folder,
    )
    reader = Reader(service.ledger, tools)
    try:
        with serving(service, folder, WebConfig(**(given | config))) as house:
            yield Site(house, reader)
    finally:
        reader.close()
        service.ledger.close()


@dataclass
class ServedSite:
    """`pagemill serve` with two workers. `kill` and `start` it as often as a test likes: the port
    and what it keeps stay the same.
    """

    folder: Path
    settings: dict[str, object]
    url: str = ""
    _process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Returns when it listens."""
        self._process, self.url = start_server(self.folder, **self.settings)
        self.settings["port"] = urlsplit(self.url).port

    def kill(self) -> None:
        """SIGKILL; its workers end with it."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def client(self, token: str = "") -> httpx2.Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx2.Client(base_url=self.url, timeout=60, headers=headers)

    def send(self, document: bytes | Sequence[str] | int = 3, **fields: str) -> str:
        """A job through the API; its id."""
        data = document if isinstance(document, bytes) else text_pdf(document)
        with self.client() as client:
            answer = client.post("/v1/jobs", files={"file": ("mill.pdf", data)}, data=fields)
        assert answer.status_code == 202, answer.text
        return answer.json()["id"]

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.communicate()
            self._process = None
