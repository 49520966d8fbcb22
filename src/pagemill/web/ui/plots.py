"""The queue over time as three plots: what waited, what was done, how long jobs waited."""

from pagemill.model.history import Past
from pagemill.web.figures import HistoryView, StretchView
from pagemill.web.ui.charts import Chart, lines_chart
from pagemill.web.ui.words import duration, plain_moment

STEPS = {Past.HOUR: "minute", Past.DAY: "hour", Past.MONTH: "six hours"}
SPANS = {Past.HOUR: "Last hour", Past.DAY: "Last 24 hours", Past.MONTH: "Last 30 days"}
LABELS = {
    Past.HOUR: ("60 min ago", "45", "30", "15", "now"),
    Past.DAY: ("24 h ago", "18", "12", "6", "now"),
    Past.MONTH: ("30 days ago", "20", "10", "now"),
}
NOBODY = "nobody looked"


def plots_of(history: HistoryView) -> list[Chart]:
    points = history.points
    return [_waiting(points), _done(history.span, points), _waits(points)]


def _waiting(points: list[StretchView]) -> Chart:
    lines = [
        ("pages", "area", [point.pages_waiting for point in points]),
        ("jobs not begun", "dashed", [point.jobs_waiting for point in points]),
    ]
    spots = [_spot(point, _told_waiting(point)) for point in points]
    return lines_chart("waiting", "Waiting", lines, _count, spots)


def _told_waiting(point: StretchView) -> str:
    if point.pages_waiting is None or point.jobs_waiting is None:
        return NOBODY
    peak = f" (at most {point.most_pages_waiting:,})" if point.most_pages_waiting else ""
    return f"{_count(point.pages_waiting)} pages{peak}, {_count(point.jobs_waiting)} jobs not begun"


def _done(span: Past, points: list[StretchView]) -> Chart:
    spots = [
        _spot(
            point, NOBODY if point.pages is None else f"{point.pages:,} pages, {point.jobs:,} jobs"
        )
        for point in points
    ]
    pages = [None if point.pages is None else float(point.pages) for point in points]
    title = f"Pages done per {STEPS[span]}"
    return lines_chart("done", title, [("pages", "bars", pages)], _count, spots)


def _waits(points: list[StretchView]) -> Chart:
    waits = [point.wait_seconds for point in points]
    lines = [
        ("half of the jobs", "line", [wait.p50 if wait else None for wait in waits]),
        ("nine in ten", "dashed", [wait.p90 if wait else None for wait in waits]),
    ]
    spots = [
        _spot(
            point,
            f"half within {duration(wait.p50)}, nine in ten within {duration(wait.p90)}"
            if (wait := point.wait_seconds)
            else "no job began",
        )
        for point in points
    ]
    return lines_chart("waits", "Wait until a job began", lines, _time, spots)


def _spot(point: StretchView, text: str) -> str:
    return f"{plain_moment(point.at)} UTC: {text}"


def _time(seconds: float) -> str:
    return duration(seconds) if seconds else "0"


def _count(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or value == round(value) else f"{value:.1f}"
