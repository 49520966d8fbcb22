"""Split: open the document, count its pages, and say who shall read each of them."""

from collections.abc import Iterator

from pagemill.errors import PagemillError
from pagemill.model.options import AUTO, select_pages
from pagemill.model.page import PageFlag
from pagemill.model.task import PagePlan, SplitDone, Work, pool_of
from pagemill.ports import OpenDocument, ReadOptions, Route, Tools
from pagemill.work.lectern import Lectern
from pagemill.work.steps.regions import cache_key

LOOK_SECONDS = 0.05
"""Looking into pages ahead of the reading costs their text twice, so it ends early: enough to
tell what a short document is, next to nothing in a long one."""

_LATER = "chosen when the page is read"
_GARBAGE = "chosen when the page is read: its text layer makes no sense"
_CAUTIOUS = "chosen when the page is read: looking ahead failed before"


def split(work: Work, tools: Tools, lectern: Lectern) -> SplitDone:
    """Raises what opening raises, `too_many_pages`, `no_such_pages`, `engine_missing` and
    `language_missing`.
    """
    document = lectern.open(work)
    numbers = _chosen(work, document.pages, tools.max_pages)
    key = cache_key(work.options, tools)
    plans = zip(numbers, _routes(work, document, numbers, tools), strict=True)
    return SplitDone(
        document.pages,
        tuple(
            PagePlan(number, route.engine, route.reason, key, pool_of(route.engine))
            for number, route in plans
        ),
    )


def _chosen(work: Work, total: int, limit: int) -> list[int]:
    numbers = select_pages(work.options.pages, total)
    if not numbers:
        raise PagemillError(
            "no_such_pages",
            f"The document has {total} pages; none of `{work.options.pages}` is among them",
        )
    if len(numbers) > limit:
        raise PagemillError(
            "too_many_pages", f"{len(numbers)} pages were asked for; this server reads {limit}"
        )
    return numbers


def _routes(
    work: Work, document: OpenDocument, numbers: list[int], tools: Tools
) -> Iterator[Route]:
    """One route per number. A page that cannot be looked at is left to its own task, which fails
    alone; on a second attempt no page is looked at, since a look may have killed the first.
    """
    asked = work.options.engine
    if work.attempt > 1:
        yield from (Route(asked, _CAUTIOUS) for _ in numbers)
        return
    until = tools.clock.monotonic() + LOOK_SECONDS
    options = ReadOptions(work.options.languages, work.options.dpi, work.options.mode)
    route: Route | None = None
    for number in numbers:
        if route is not None and asked != AUTO:
            yield route  # the first page told whether the engine is there; others say the same
            continue
        if tools.clock.monotonic() > until:
            yield Route(asked, _LATER)
            continue
        try:
            route = tools.engines.route(document.page(number), asked, options, may_look=False)
            # A plan has no room for flags; the page's own step gives them.
            is_garbage = PageFlag.GARBAGE_TEXT_LAYER in route.flags
            yield Route(asked, _GARBAGE) if is_garbage else route
        except PagemillError as error:
            if error.code in {"engine_missing", "language_missing"}:
                raise
            yield Route(asked, _LATER)
