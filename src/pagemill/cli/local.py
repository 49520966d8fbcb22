"""Commands that work on a data folder of this machine: workers, and the database's form."""

from types import TracebackType

from pagemill.app.node import NodeKeeper, is_node_running
from pagemill.settings import Settings

LAST_BREATH_SECONDS = 1.0  # for pages in work when a person wants out


class Workers:
    """Workers for the time of a block: those that run on the data folder already, else our own.
    `ensure` brings our own when the others have gone.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings.model_copy(update={"drain_seconds": LAST_BREATH_SECONDS})
        self._keeper: NodeKeeper | None = None

    def __enter__(self) -> "Workers":
        self.ensure()
        return self

    def ensure(self) -> None:
        """Cheap; to be called now and then."""
        if self._keeper is None and not is_node_running(self._settings.data):
            self._keeper = NodeKeeper(self._settings)
            self._keeper.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._keeper is not None:
            self._keeper.stop()
