"""Style sheets and scripts, as they lie in `static`; compressed once, named by their content."""

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from fastapi import APIRouter, Request, Response

from pagemill.errors import PagemillError
from pagemill.web.ui.rendering import pages_of

router = APIRouter(include_in_schema=False)
_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """`digest` changes with the content, so that browsers may keep what it names for ever."""

    media_type: str
    content: bytes
    compressed: bytes
    digest: str


def read_assets() -> dict[str, Asset]:
    """By name, such as `style.css` or `vendor/htmx.min.js`."""
    return dict(_read(files("pagemill.web.ui").joinpath("static"), ""))


@router.get("/static/{name:path}")
def static(name: str, request: Request) -> Response:
    asset = pages_of(request).assets.get(name)
    if asset is None:
        raise PagemillError("route_not_found")
    is_named = request.query_params.get("v") == asset.digest
    headers = {
        "Cache-Control": _FOR_EVER if is_named else "no-cache",
        "ETag": f'"{asset.digest}"',
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(asset.compressed, media_type=asset.media_type, headers=headers)
    return Response(asset.content, media_type=asset.media_type, headers=headers)


def _read(folder: Traversable, prefix: str) -> Iterator[tuple[str, Asset]]:
    for entry in folder.iterdir():
        name = prefix + entry.name
        if entry.is_dir():
            yield from _read(entry, name + "/")
        elif media_type := _TYPES.get(name.rpartition(".")[2]):
            content = entry.read_bytes()
            digest = hashlib.sha256(content).hexdigest()[:16]
            yield name, Asset(media_type, content, gzip.compress(content, 9, mtime=0), digest)
