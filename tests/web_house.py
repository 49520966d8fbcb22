"""A real server for tests: real ledger and shelf, real uvicorn on a loopback port, and a worker
driven by hand, so that a test decides when a page is read.
"""

import io
import random
import secrets
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import msgspec
from PIL import Image

from pagemill.app.clock import SystemClock
from pagemill.app.server import listen
from pagemill.app.web_server import WebServer
from pagemill.documents import PageOpener
from pagemill.layout import arrange
from pagemill.ledger import open_ledger
from pagemill.model.document import Document
from pagemill.model.job import Failure, OutputFile
from pagemill.model.options import Choices
from pagemill.model.page import Block, BlockKind, Box, PageText, page_key
from pagemill.model.people import Role, User, UserLimits
from pagemill.model.task import (
    AssembleDone,
    GiveUp,
    Outcome,
    PageDone,
    PagePlan,
    Report,
    RetryPolicy,
    SplitDone,
    TaskKind,
    Work,
)
from pagemill.outputs import page_markdown as one_page_markdown
from pagemill.ports import Clock, Ledger, Shelf
from pagemill.search import SEARCH_FILE, SqliteIndex
from pagemill.service import Limits, Office, Service
from pagemill.shelf import LocalShelf
from pagemill.testing.documents import text_pdf
from pagemill.web import WebConfig, build_web
from pagemill.work.indexing import Indexer
from sqlite_template import put_ledger

ENGINES = ("auto", "text", "ppocr", "tesseract")
MARKDOWN = "text/markdown; charset=utf-8"
OUTPUT_FILES = {
    "markdown": ("result.md", MARKDOWN, b""),
    "annotated": ("result.annotated.md", MARKDOWN, b""),
    "text": ("result.txt", "text/plain; charset=utf-8", b""),
    "html": ("result.html", "text/html", b"<script>alert(1)</script>"),
    "json": ("result.json", "application/json", b"{}"),
    "metadata": ("metadata.json", "application/json", b'{"pages":[]}'),
    "layout": ("layout.pdf", "application/pdf", b"%PDF-1.7 not much"),
    "images": ("images/1_0.jpg", "image/jpeg", b"\xff\xd8\xff not much"),
}
NO_LIMITS = UserLimits()
# PDFium bears one thread at a time; a house has children for it, tests have threads.
PDFIUM = threading.RLock()
FAILURE = Failure("engine_failed", "The engine stumbled", "Try another one.")


class CountingBell:
    """Implements `ports.Bell`. `rung` is set by each ring."""

    def __init__(self) -> None:
        self.rings = 0
        self.rung = threading.Event()

    def ring(self) -> None:
        self.rings += 1
        self.rung.set()


class ViewerHere:
    """Implements `ports.Viewer` without a child: fit for documents that a test made."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def jpeg(self, document: Document, page_no: int, dpi: int, password: str = "") -> bytes:
        with self._shelf.local_path(document.key) as path, PDFIUM:
            opened = PageOpener(4_000_000).open(path, document.media_type, password)
            try:
                pixels = opened.page(page_no).render(dpi).pixels
            finally:
                opened.close()
        drawn = io.BytesIO()
        Image.fromarray(pixels).save(drawn, "JPEG")
        return drawn.getvalue()


@dataclass
class HandWorker:
    """Claims and finishes as an agent does, when a test says so.

    `broken` pages are given up, and with `unopened` every document. `texts` are written instead of
    what was read, by path; `pictures` are the crops. `said` stands on every page it reads.
    """

    ledger: Ledger
    shelf: Shelf
    pages: int = 3
    broken: Collection[int] = ()
    unopened: Failure | None = None
    texts: Mapping[str, bytes] = field(default_factory=dict)
    pictures: Sequence[str] = ("images/1_0.jpg",)
    said: str = ""

    def claim(self, slots: int = 100) -> list[Work]:
        return self.ledger.claim("hand:1", (), slots, 60.0)

    def finish(self, *works: Work) -> None:
        self.ledger.finish([Report(w.task_id, w.token, self.outcome(w)) for w in works])

    def step(self, slots: int = 100) -> list[Work]:
        """Does what is ready now, but not what follows from it."""
        works = self.claim(slots)
        self.finish(*works)
        return works

    def work_off(self) -> None:
        while self.step():
            pass

    def outcome(self, work: Work) -> Outcome:
        match work.kind:
            case TaskKind.SPLIT if self.unopened is not None:
                return GiveUp(self.unopened)
            case TaskKind.SPLIT:
                plans = [
                    PagePlan(n, "text", "a good text layer", f"{work.job_id}-{n}")
                    for n in range(1, self.pages + 1)
                ]
                return SplitDone(self.pages, tuple(plans))
            case TaskKind.PAGE if work.page_no in self.broken:
                return GiveUp(FAILURE)
            case TaskKind.PAGE:
                self._put_page(work)
                return PageDone("text", 7)
            case TaskKind.ASSEMBLE:
                return AssembleDone(tuple(self._outputs(work)))

    def _put_page(self, work: Work) -> None:
        text = page_markdown(work.page_no) + self.said
        block = Block(BlockKind.PARAGRAPH, Box(0, 0, 100, 10), text)
        page = PageText(work.page_no, 612, 792, (block,), "text", "1")
        key = page_key(work.job_id, work.page_no, work.token)
        self.shelf.put(key, msgspec.json.encode(page))

    def _outputs(self, work: Work) -> Iterator[OutputFile]:
        read = [page_markdown(r.number) + self.said for r in work.results if r.failure is None]
        for name in work.options.outputs:
            path, media_type, data = OUTPUT_FILES[name]
            for one in self.pictures if name == "images" else (path,):
                with self.shelf.writer(f"jobs/{work.job_id}/{one}") as upload:
                    upload.write(self.texts.get(one) or data or "\n\n".join(read).encode())
                yield OutputFile(name, one, media_type, upload.size_bytes, upload.sha256)


def page_markdown(number: int) -> str:
    return f"Page {number} of the ledger of mills, größer."


@dataclass
class LiveHouse:
    url: str
    service: Service
    worker: HandWorker
    bell: CountingBell
    root: Path
    server: WebServer
    web_port: int
    pdf: bytes = field(default_factory=lambda: text_pdf(2))

    def client(self, token: str = "") -> httpx2.Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx2.Client(base_url=self.url, timeout=30, headers=headers)

    @property
    def office(self) -> Office:
        return self.server.config.app.state.house.office

    def let_in(self, user_id: str, role: Role = Role.USER, **given: object) -> str:
        """The text of a new token for a user, who is added where there is none of that name."""
        if user_id not in {user.id for user in self.office.users()}:
            self.office.add_user(User(user_id, role))
        return self.office.add_token(user_id, **given)[1]

    @property
    def watchers(self) -> int:
        """Live streams and long polls open now."""
        return self.server.config.app.state.house.hub.watchers

    def index(self) -> None:
        """The full text has all that is finished now."""
        service = self.service
        indexer = Indexer(
            service.ledger, service.shelf, service.index, service.clock, "hand", lambda _: False
        )
        while indexer.round():
            pass

    def submit(self, **fields: str) -> dict:
        """A job through the API; its JSON."""
        with self.client() as client:
            answer = client.post("/v1/jobs", files={"file": ("mill.pdf", self.pdf)}, data=fields)
        assert answer.status_code == 202, answer.text
        return answer.json()

    def files(self) -> list[str]:
        """Every file on the shelf, staged ones too."""
        shelf = self.root / "shelf"
        return sorted(str(p.relative_to(shelf)) for p in shelf.rglob("*") if p.is_file())


def open_service(
    root: Path, max_upload_bytes: int = 4 * 1024 * 1024, clock: Clock | None = None
) -> Service:
    clock = clock or SystemClock()
    shelf = LocalShelf(root / "shelf")
    put_ledger(root / "ledger.db")
    return Service(
        ledger=open_ledger(
            root / "ledger.db",
            clock=clock,
            rng=random.Random(1),
            policy=RetryPolicy(),
            user_max_running=0,
            durable=False,
        ),
        shelf=shelf,
        bell=CountingBell(),
        clock=clock,
        choices=Choices(ENGINES, tuple(OUTPUT_FILES)),
        viewer=ViewerHere(shelf),
        arrange=arrange,
        mark=one_page_markdown,
        limits=Limits(max_upload_bytes),
        index=SqliteIndex(root / SEARCH_FILE),
    )


def open_office(service: Service, defaults: UserLimits = NO_LIMITS) -> Office:
    return Office(service.ledger.people, service.clock, secrets.token_urlsafe, defaults)


@contextmanager
def serving(
    service: Service,
    root: Path,
    config: WebConfig | None = None,
    port: int = 0,
    office: Office | None = None,
    **bounds: float,
) -> Iterator[LiveHouse]:
    """A server over `service` for the block; ended as `serve` ends it. `bounds` are those of
    `WebServer`.
    """
    ready = threading.Event()
    config = config or WebConfig(watch_interval_ms=20, heartbeat_seconds=1, max_wait_seconds=20)
    office = office or open_office(service)
    server = WebServer(build_web(service, office, config), ready.set, **bounds)
    listener = listen("127.0.0.1", port)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        assert ready.wait(30)
        bound = listener.getsockname()[1]
        yield LiveHouse(
            f"http://127.0.0.1:{bound}",
            service,
            HandWorker(service.ledger, service.shelf),
            service.bell,
            root,
            server,
            bound,
        )
    finally:
        server.stop()
        thread.join(30)
        listener.close()
        assert not thread.is_alive()
