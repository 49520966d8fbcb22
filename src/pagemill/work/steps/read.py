"""Read: one page of the document becomes a page text on the shelf."""

from dataclasses import replace

import msgspec

from pagemill.errors import PagemillError
from pagemill.model.options import AUTO
from pagemill.model.page import PageText, page_key
from pagemill.model.task import Moved, PageDone, Work, pool_of
from pagemill.ports import DocumentPage, ReadOptions, Route, Tools
from pagemill.work.lectern import Lectern
from pagemill.work.steps.regions import DrawnOnce, expect_regions, with_regions


def read(work: Work, tools: Tools, lectern: Lectern) -> PageDone | Moved:
    """Raises what opening, routing, loading and reading raise, and `disk_full`."""
    began = tools.clock.monotonic()
    text = _cached(work, tools)
    is_cached = text is not None
    if text is None:
        fresh = _fresh(work, tools, lectern)
        if isinstance(fresh, Moved):
            return fresh
        text = fresh
    tools.shelf.put(page_key(work.job_id, work.page_no, work.token), msgspec.json.encode(text))
    return PageDone(
        text.engine,
        round(1000 * (tools.clock.monotonic() - began)),
        text.confidence,
        text.flags,
        is_cached,
    )


def stored_page(data: bytes) -> PageText:
    """Raises msgspec.DecodeError when the bytes are no page text, or not all of one."""
    return msgspec.json.decode(data, type=PageText)


def _cached(work: Work, tools: Tools) -> PageText | None:
    """An earlier reading of the same bytes; None if there is none or it is gone or damaged."""
    if not work.cached_from:
        return None
    try:
        return stored_page(tools.shelf.get(work.cached_from))
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _fresh(work: Work, tools: Tools, lectern: Lectern) -> PageText | Moved:
    page = DrawnOnce(lectern.open(work).page(work.page_no))
    options = ReadOptions(work.options.languages, work.options.dpi, work.options.mode)
    route = _route(work, page, tools, options)
    if (pool := pool_of(route.engine)) in work.guarded:
        return Moved(pool)
    reader = lectern.engine(route.engine)
    expect_regions(reader, options.mode, tools)
    try:
        text = reader.read(page, options)
    except PagemillError as error:
        if work.options.engine != AUTO:
            raise
        another, options = tools.engines.reroute(error, options)
        reader = lectern.engine(another.engine)
        text = reader.read(page, options)
        route = replace(route, reason=f"{route.reason}; {another.reason}")
    if work.options.engine == AUTO:
        text = tools.engines.checked(text, page, options)
    text = with_regions(text, page, reader, options.mode, tools)
    return replace(
        text,
        number=work.page_no,
        reason="; ".join(filter(None, (route.reason, text.reason))),
        flags=tuple(dict.fromkeys((*text.flags, *route.flags))),
    )


def _route(work: Work, page: DocumentPage, tools: Tools, options: ReadOptions) -> Route:
    """Split has chosen an engine already, unless it left the choice to us."""
    if work.engine == AUTO:
        return tools.engines.route(page, AUTO, options)
    return Route(work.engine, work.reason)
