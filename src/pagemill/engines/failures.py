"""Failures that an engine tells when asked, raised when nobody asked."""

from pagemill.errors import PagemillError
from pagemill.model.job import Failure


def error_of(failure: Failure) -> PagemillError:
    return PagemillError(failure.code, failure.message, failure.hint)
