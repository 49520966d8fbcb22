"""Real calls go down, while one document walks through the house in one process.

See `stairs.py` for the rule.
"""

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from stairs import Stairs, below, planted

from pagemill.app.child import build_tools
from pagemill.app.house import House, child_config, open_house
from pagemill.model.job import JobState
from pagemill.model.task import Report
from pagemill.settings import Settings
from pagemill.testing.documents import long_pdf
from pagemill.web.server import build_web
from pagemill.work.lectern import Lectern
from pagemill.work.steps import perform

LEASE_SECONDS = 60.0


@pytest.fixture
def house(tmp_path: Path):
    opened = open_house(Settings(data=tmp_path / "data"))
    yield opened
    opened.close()


def drain(house: House, tools) -> None:
    """What agent and children do, in this process: claim, step, finish, until nothing is left."""
    lectern = Lectern(tools)
    while works := house.ledger.claim("here:1", (), 4, LEASE_SECONDS):
        done = [Report(w.task_id, w.token, perform(w, tools, lectern).outcome) for w in works]
        assert all(house.ledger.finish(done))


def test_a_document_walks_through_and_no_call_goes_up(house: House, tmp_path: Path) -> None:
    document = tmp_path / "three.pdf"
    document.write_bytes(long_pdf(3, scan_share=0.4))
    tools = build_tools(child_config(house.settings))
    asked = {"outputs": list(tools.outputs)}

    with Stairs() as stairs:
        job = house.service.submit_file(document, asked).job
        drain(house, tools)
        job = house.service.get(job.id)
        names = {file.name for file in house.service.outputs(job.id)}
        assert house.service.page_markdown(job.id, 2)
        assert house.service.partial_markdown(job.id)

    assert job.state is JobState.COMPLETED
    assert names >= {"markdown", "json", "text"}
    assert stairs.wrong == set()
    assert {("service", "ledger"), ("work", "documents"), ("work", "engines")} <= stairs.crossings


def test_requests_go_down_to_the_ledger_and_no_call_goes_up(house: House) -> None:
    """The web side in this process, from the form to the file that is served."""

    async def talk() -> tuple[httpx2.Response, ...]:
        web = build_web(house.service, house.office)
        transport = httpx2.ASGITransport(web)
        async with (
            web.router.lifespan_context(web),
            httpx2.AsyncClient(transport=transport, base_url="http://house") as client,
        ):
            made = await client.post("/v1/jobs", files={"file": ("one.pdf", long_pdf(1))})
            await asyncio.to_thread(drain, house, tools)
            where = f"/v1/jobs/{made.json()['id']}"
            addresses = (where, f"{where}/pages/1", f"{where}/outputs/markdown", "/v1/queue")
            return made, *[await client.get(address) for address in addresses]

    tools = build_tools(child_config(house.settings))
    with Stairs() as stairs:
        made, job, _page, markdown, queue = asyncio.run(talk())

    assert made.status_code == httpx2.codes.ACCEPTED
    assert job.json()["state"] == "completed"
    assert "Page 1 of 1" in markdown.text
    assert queue.status_code == httpx2.codes.OK
    assert stairs.wrong == set()
    assert {("web", "service"), ("service", "ledger"), ("service", "shelf")} <= stairs.crossings


def test_a_call_up_in_the_middle_of_a_walk_is_seen(house: House, tmp_path: Path) -> None:
    document = tmp_path / "one.pdf"
    document.write_bytes(long_pdf(1))
    tools = build_tools(child_config(house.settings))
    registry = {"spy": planted("app", "spy", "return None")}
    look = below(planted("layout", "look", "args[0]['spy']()"), "work")

    def arrange(walk):
        look(registry)
        return tools.arrange(walk)

    with Stairs() as stairs:
        house.service.submit_file(document, {})
        drain(house, replace(tools, arrange=arrange))

    assert stairs.wrong == {("layout", "app", "spy")}
