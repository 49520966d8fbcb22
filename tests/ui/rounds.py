"""A house with something in every corner, and the way round all its pages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.routing import Route

from pagemill.model.job import Job
from pagemill.model.people import Role
from pagemill.model.task import Work
from pagemill.ports import NodeState
from pagemill.testing.documents import damaged_pdf, page_body
from ui.sites import Site
from web.addresses import PAGES, routes

ADMIN = "chief"
# Whatever is shown of these does nothing but stand there.
HOSTILE = '<img src=x onerror="hurt()"><script>hurt()</script>&amp;"\'`{{7*7}}'
WORDS = f"# Of mills and ledgers\n{HOSTILE}\nSee javascript:hurt() and [this](javascript:hurt()).\n"
MARKDOWN = (
    'A [link](javascript:hurt()) ![p](data:image/svg+xml,<svg/onload=hurt()>) <b onclick="hurt()">'
)
NAME = f"{HOSTILE.replace('/', '_')}.pdf"


@dataclass(frozen=True)
class Visited:
    """The site and its jobs by state; the completed one has three pages, of which one failed."""

    site: Site
    jobs: dict[str, Job]
    token: str

    def addresses(self) -> Iterator[str]:
        """Of all pages there are, with what is to be seen there. A parameter that nobody knows
        fails.
        """
        known = {"ref": self.jobs["completed"].id, "number": "1", "user_id": ADMIN}
        for path in page_paths(self.site.house.server.config.app):
            unknown = set(re.findall(r"{(\w+)}", path)) - known.keys()
            assert not unknown, f"{path}: what is {unknown}? Say so in ui/rounds.py."
            yield path.format(**known)
        yield "/ui/search?q=ledgers"
        yield "/ui/nothing-here"

    def states(self) -> Iterator[str]:
        """The page of a job again, for one in each state."""
        yield from (f"/ui/jobs/{job.id}" for job in self.jobs.values())


def settle(site: Site) -> Visited:
    """Jobs in each state, of one who may do all; a machine at work; a user put out."""
    token = site.token(ADMIN, Role.ADMIN)
    site.token("ann")
    texts = [WORDS + page_body(1, 3), MARKDOWN, page_body(3, 3)]
    given = {"filename": NAME, "user_id": ADMIN}
    everything = {"outputs": sorted(site.service.choices.outputs)}
    site.reader.broken = {3}
    jobs = {
        "completed": site.finish(texts, options=everything, **given),
        "failed": site.finish(damaged_pdf(), **given),
    }
    site.reader.broken = ()
    jobs["cancelled"] = site.service.cancel(site.begin(3, **given).id)
    jobs["paused"] = site.service.pause(site.begin(4, **given).id)
    jobs["processing"] = site.begin([page_body(n, 5) for n in range(5)], read=2, **given)
    works = site.service.ledger.claim("mill-1:1", (), 2, 10_000)
    _say_where(site, works)
    jobs["queued"] = site.send(2, **given)
    assert all(site.job(job).state == state for state, job in jobs.items())
    return Visited(site, jobs, token)


def page_paths(web: FastAPI) -> list[str]:
    """Templates of the addresses people look at; fragments and streams among them."""
    found = (route for route in routes(web.routes) if isinstance(route, Route))
    gets = {re.sub(r":\w+}", "}", r.path) for r in found if "GET" in (r.methods or ())}
    return sorted(p for p in gets if p == PAGES[0] or p.startswith((PAGES[1], "/docs")))


def _say_where(site: Site, works: list[Work]) -> None:
    now_ms = site.service.clock.now_ms()
    running = tuple(
        {
            "child": child,
            "pid": 2,
            "task_id": work.task_id,
            "job_id": work.job_id,
            "kind": work.kind,
            "page": work.page_no,
            "since_ms": now_ms,
            "memory_mb": 120.5,
        }
        for child, work in enumerate(works)
    )
    node = NodeState("mill-1", "1", "mill-1", 1, 8, ("text",), now_ms, now_ms, False, running)
    site.service.ledger.heartbeat(node, 10_000)
