"""Every page, each a router of its own."""

from pagemill.web.ui import assets, docs, quick, session

ROUTERS = (assets.router, docs.router, session.router, quick.router)
