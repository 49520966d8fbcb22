"""Real calls go down, while one document walks through the house in one process.

See `stairs.py` for the rule.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from stairs import Stairs, below, planted

from pagemill.app.child import build_tools
from pagemill.app.house import House, child_config, open_house
from pagemill.model.job import JobState
from pagemill.model.task import CPU_POOL, Report
from pagemill.settings import Settings
from pagemill.testing.documents import long_pdf
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
    while works := house.ledger.claim("here:1", CPU_POOL, 4, LEASE_SECONDS):
        done = [Report(w.task_id, w.token, perform(w, tools, lectern).outcome) for w in works]
        assert all(house.ledger.finish(done))


def test_a_document_walks_through_and_no_call_goes_up(house: House, tmp_path: Path) -> None:
    document = tmp_path / "three.pdf"
    document.write_bytes(long_pdf(3, scan_share=0.4))
    tools = build_tools(child_config(house.settings), tmp_path)
    asked = {"outputs": list(tools.outputs)}

    with Stairs() as stairs:
        job = house.service.submit_file(document, asked).job
        drain(house, tools)
        job = house.service.get(job.id)
        names = {file.name for file in house.service.outputs(job.id)}
        assert house.service.page_text(job.id, 2).markdown
        assert house.service.partial_markdown(job.id)

    assert job.state is JobState.COMPLETED
    assert names >= {"markdown", "json", "text"}
    assert stairs.wrong == set()
    assert {("service", "ledger"), ("work", "documents"), ("work", "engines")} <= stairs.crossings


def test_a_call_up_in_the_middle_of_a_walk_is_seen(house: House, tmp_path: Path) -> None:
    document = tmp_path / "one.pdf"
    document.write_bytes(long_pdf(1))
    tools = build_tools(child_config(house.settings), tmp_path)
    registry = {"spy": planted("app", "spy", "return None")}
    look = below(planted("layout", "look", "args[0]['spy']()"), "work")

    def arrange(walk):
        look(registry)
        return tools.arrange(walk)

    with Stairs() as stairs:
        house.service.submit_file(document, {})
        drain(house, replace(tools, arrange=arrange))

    assert stairs.wrong == {("layout", "app", "spy")}
