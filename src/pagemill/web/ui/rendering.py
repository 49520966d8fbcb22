"""Templates into answers. Everything a template prints is escaped unless it was sanitised."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from fastapi import Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from pagemill import __version__
from pagemill.model.people import LOCAL, Caller, Scope
from pagemill.web.context import CALLER, house_of
from pagemill.web.ui import words

if TYPE_CHECKING:
    from pagemill.web.ui.assets import Asset

NOT_KEPT = {"Cache-Control": "no-store"}


class Pages:
    """One per application: the templates, compiled when first used, and the assets."""

    def __init__(self, assets: "Mapping[str, Asset]") -> None:
        self.assets = assets
        self.templates = Environment(
            loader=PackageLoader("pagemill.web.ui"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates.filters.update(words.FILTERS)
        self.templates.globals["version"] = __version__
        self.templates.globals["asset"] = self._address

    def text(self, template: str, **values: object) -> str:
        """A template that asks for nobody: the same for whoever looks."""
        return self.templates.get_template(template).render(**values)

    def _address(self, name: str) -> str:
        return f"/static/{name}?v={self.assets[name].digest}"


def pages_of(request: Request) -> Pages:
    return cast("Pages", request.app.state.pages)


def show(request: Request, template: str, status: int = 200, **values: object) -> Response:
    """A page as its caller may see it. Every template has `who`, `may_write`, `is_admin`,
    `is_open`, `path`, and whether it is a `fragment` that takes the place of a part of a page.
    """
    who = cast("Caller | None", request.scope.get("state", {}).get(CALLER))
    given = {
        "who": who,
        "is_known": who is not None,
        "is_admin": who is not None and Scope.ADMIN in who.scopes,
        "may_write": who is not None and Scope.WRITE in who.scopes,
        "is_open": house_of(request).config.is_open,
        "is_local": who is not None and who.user.id == LOCAL.user.id,
        "path": request.url.path,
        "is_fragment": is_fragment(request),
    }
    text = pages_of(request).text(template, **(given | values))
    return Response(text, status, NOT_KEPT, "text/html; charset=utf-8")


def is_fragment(request: Request) -> bool:
    """Whether htmx asks for a part of a page; going back in the history asks for all of it."""
    headers = request.headers
    return "hx-request" in headers and "hx-history-restore-request" not in headers
