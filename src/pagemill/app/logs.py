"""Logs: one line an event on stderr, JSON unless a person watches.

Lines name what they are about in the same words everywhere: `job`, `page`, `kind`, `user`, `node`,
`request`.
"""

import logging
import sys
from typing import TextIO

import structlog

from pagemill.settings import Settings

AUTO, TEXT, JSON = "auto", "text", "json"


class _OfLibraries(logging.StreamHandler[TextIO]):
    """Lines of libraries, in the form of ours; on whatever stderr is when a line comes."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def configure_logs(level: str, form: str = AUTO, **always: str) -> None:
    """For a whole process; `level` is debug, info, warning or error. `always` stands on every line.
    May be called again.
    """
    is_text = sys.stderr.isatty() if form == AUTO else form == TEXT
    render: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if is_text
        else structlog.processors.JSONRenderer()
    )
    shared = (_adding(always), *_SHARED)
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        # Asked anew for each line: whoever replaces stderr gets what comes after that.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    _take_in_libraries(shared, render)


def logs_of(settings: Settings, level: str = "", **always: str) -> None:
    """As the settings want them; `level` is stronger."""
    configure_logs(level or settings.log_level, settings.log_format, **always)


_SHARED: tuple[structlog.typing.Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
)


def _adding(always: dict[str, str]) -> structlog.typing.Processor:
    def add(
        logger: object, method: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        del logger, method
        return {**always, **event}

    return add


def _take_in_libraries(
    shared: tuple[structlog.typing.Processor, ...], render: structlog.typing.Processor
) -> None:
    """Warnings of libraries that log in Python's own way."""
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _OfLibraries)]:
        root.removeHandler(handler)
    handler = _OfLibraries()
    handler.setLevel(logging.WARNING)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root.addHandler(handler)
