"""The web page: rendered here, live through event streams, nothing from other hosts.

Every page is a route that renders a template; what it shows and does goes through the same service
as the API, as the caller whom the gate let in. Pages change nothing: their scripts give orders to
the API as any client does. `parts.py` lists the pages, each a module of its own.
"""

from pagemill.web.ui.assets import read_assets
from pagemill.web.ui.glances import Glances
from pagemill.web.ui.parts import ROUTERS
from pagemill.web.ui.refusals import refusal_page, wants_page
from pagemill.web.ui.rendering import Pages

__all__ = ["ROUTERS", "Glances", "Pages", "read_assets", "refusal_page", "wants_page"]
