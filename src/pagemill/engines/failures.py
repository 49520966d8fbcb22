"""Failures that an engine tells when asked, raised when nobody asked."""

from pagemill.errors import PagemillError
from pagemill.model.job import Failure


class UnreadScript(PagemillError):
    """`language_missing`: the page shows letters of `script` (an ISO 15924 code, such as `Cyrl`),
    which the engine cannot read. Told after a look at the picture, when no language was named.
    """

    def __init__(self, script: str, message: str, hint: str) -> None:
        super().__init__("language_missing", message, hint)
        self.script = script


def error_of(failure: Failure) -> PagemillError:
    return PagemillError(failure.code, failure.message, failure.hint)
