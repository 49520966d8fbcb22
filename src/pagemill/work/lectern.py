"""What a child keeps between tasks: the last document it opened, and the engines it has loaded."""

from contextlib import ExitStack, suppress
from pathlib import Path

from pagemill.errors import PagemillError
from pagemill.model.document import Document
from pagemill.model.task import Work
from pagemill.ports import Engine, OpenDocument, Tools


class Lectern:
    """Lives as long as its child. One thread. Pages of one document tend to come in a row, so one
    open document is enough, and memory stays flat.
    """

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._loaded: dict[str, Engine] = {}
        self.asked_last = ""  # the engine that was wanted last
        self._key: tuple[str, str] | None = None
        self._stack = ExitStack()
        self._path: Path | None = None
        self._document: OpenDocument | None = None

    def open(self, work: Work) -> OpenDocument:
        """The document of `work`. Raises what `Documents.open` raises, and `document_not_found`
        when its file is not on the shelf.
        """
        return self.open_document(work.document, work.password)

    def open_document(self, document: Document, password: str) -> OpenDocument:
        key = (document.sha256, password)
        if self._document is None or self._key != key:
            self.close()
            self._document = self._tools.documents.open(
                self._take(document), document.media_type, password
            )
            self._stack.callback(self._document.close)
            self._key = key
        return self._document

    def path(self, work: Work) -> Path:
        """A real file with the document's bytes, while it is the open one."""
        self.open(work)
        assert self._path is not None  # noqa: S101  open() has just set it
        return self._path

    def engine(self, name: str) -> Engine:
        """By name or alias, loaded and ready. Raises `engine_missing`."""
        engine = self._tools.engines.get(name)
        self.asked_last = engine.name
        if engine.name not in self._loaded:
            engine.load()
            self._loaded[engine.name] = engine
        return self._loaded[engine.name]

    def close(self) -> None:
        """Lets go of the open document; engines stay."""
        self._key = self._document = self._path = None
        stack, self._stack = self._stack, ExitStack()
        # A damaged document may fail to close; its memory goes with the child.
        with suppress(Exception):
            stack.close()

    def _take(self, document: Document) -> Path:
        try:
            self._path = self._stack.enter_context(self._tools.shelf.local_path(document.key))
        except FileNotFoundError:
            raise PagemillError(
                "document_not_found",
                "The document's file is not on the shelf",
                "Send the document again.",
            ) from None
        return self._path
