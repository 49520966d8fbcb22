"""Style sheets and scripts, as they lie in `static`; compressed once, named by their content.

A script is a module of its own for every address it has: imports are served under the name that
pages use, or `app.js` would run twice. Remarks in our scripts are for readers of the source.
"""

import gzip
import hashlib
import re
from collections.abc import Iterator, Mapping
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
_IMPORT = re.compile(rb'(?<=")\./([a-z_-]+\.js)(?=")')
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
    sources = dict(_read(files("pagemill.web.ui").joinpath("static"), ""))
    return {name: _asset(name, sources) for name in sources}


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


def _read(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        name = prefix + entry.name
        if entry.is_dir():
            yield from _read(entry, name + "/")
        elif _kind(name) in _TYPES:
            yield name, entry.read_bytes()


def _asset(name: str, sources: Mapping[str, bytes]) -> Asset:
    content = _with_named_imports(name, sources)
    packed = gzip.compress(content, 9, mtime=0)
    return Asset(_TYPES[_kind(name)], content, packed, _digest(content))


def _with_named_imports(name: str, sources: Mapping[str, bytes]) -> bytes:
    """Modules must not import one another in a circle, and no text runs over several lines."""

    def named(match: re.Match[bytes]) -> bytes:
        imported = _with_named_imports(match[1].decode(), sources)
        return b"%s?v=%s" % (match[0], _digest(imported).encode())

    if _kind(name) != "js" or "/" in name:
        return sources[name]
    lines = [line.strip() for line in sources[name].splitlines()]
    return _IMPORT.sub(named, b"\n".join(line for line in lines if line[:2] not in (b"", b"//")))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _kind(name: str) -> str:
    return name.rpartition(".")[2]
