"""Real tools on a folder of the test's own, and work as the ledger would hand it out."""

import hashlib
from dataclasses import replace
from pathlib import Path

from pagemill.documents import PageOpener
from pagemill.engines import EngineRegistry
from pagemill.layout import arrange
from pagemill.model.document import Document, media_type_of
from pagemill.model.options import Options
from pagemill.model.task import PageResult, TaskKind, Work
from pagemill.outputs import all_outputs
from pagemill.ports import Engine, Tools
from pagemill.shelf import LocalShelf
from pagemill.testing.clock import SettableClock


def make_tools(folder: Path, *engines: Engine, max_pages: int = 1000) -> Tools:
    return Tools(
        shelf=LocalShelf(folder / "shelf"),
        documents=PageOpener(10_000_000),
        engines=EngineRegistry("text", {engine.name: lambda e=engine: e for engine in engines}),
        outputs=all_outputs(),
        arrange=arrange,
        clock=SettableClock(),
        max_pages=max_pages,
    )


def shelve(tools: Tools, data: bytes) -> Document:
    document = Document(hashlib.sha256(data).hexdigest(), media_type_of(data[:1024]), len(data))
    tools.shelf.put(document.key, data)
    return document


def split_work(document: Document, options: Options | None = None, **fields: object) -> Work:
    work = Work(
        task_id=1,
        job_id="job",
        kind=TaskKind.SPLIT,
        page_no=0,
        token="split",
        attempt=1,
        deaths=0,
        engine="",
        reason="",
        pool="cpu",
        filename="paper.pdf",
        document=document,
        options=options or Options(engine="count"),
    )
    return replace(work, **fields)


def page_work(document: Document, number: int = 1, **fields: object) -> Work:
    given = {"engine": "count", "reason": "asked for", "token": f"tok{number}", **fields}
    return split_work(document, kind=TaskKind.PAGE, page_no=number, task_id=1 + number, **given)


def assemble_work(document: Document, results: list[PageResult], **fields: object) -> Work:
    return split_work(
        document, kind=TaskKind.ASSEMBLE, task_id=99, results=tuple(results), **fields
    )
