"""Every page, each a router of its own."""

from pagemill.web.ui import (
    account,
    assets,
    docs,
    job,
    jobs,
    keeping,
    live,
    people,
    queue,
    quick,
    search,
    session,
)

ROUTERS = (
    assets.router,
    docs.router,
    session.router,
    account.router,
    quick.router,
    jobs.router,
    job.router,
    search.router,
    queue.router,
    people.router,
    keeping.router,
    live.router,
)
