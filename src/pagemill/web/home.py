"""The page a newcomer sees at `/`, and the reference at `/docs`. Nothing comes from other hosts."""

from importlib.resources import files

from fastapi import APIRouter, Response

from pagemill.errors import PagemillError

router = APIRouter(include_in_schema=False)
_TYPES = {
    "home.html": "text/html; charset=utf-8",
    "home.js": "text/javascript; charset=utf-8",
    "docs.html": "text/html; charset=utf-8",
    "docs.js": "text/javascript; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
}


@router.get("/")
def home() -> Response:
    return _static("home.html")


@router.get("/docs")
def docs() -> Response:
    return _static("docs.html")


@router.get("/static/{name}")
def static(name: str) -> Response:
    return _static(name)


def _static(name: str) -> Response:
    if name not in _TYPES:
        raise PagemillError("route_not_found")
    data = files("pagemill.web").joinpath("static", name).read_bytes()
    return Response(data, media_type=_TYPES[name], headers={"Cache-Control": "no-cache"})
