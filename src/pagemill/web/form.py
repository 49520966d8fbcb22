"""A multipart form taken apart while it arrives, and what its fields mean.

Runs in worker threads; the parts of a form are few and small, but for the file.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec
from streaming_form_data.parser import (
    ParseFailedException,
    StreamingFormDataParser,
    parse_content_boundary,
)
from streaming_form_data.targets import BaseTarget

from pagemill.errors import PagemillError
from pagemill.ports import Upload
from pagemill.service import Asked, Service

T = TypeVar("T")
MAX_FORM_BYTES, MAX_FIELDS = 1024 * 1024, 1000


@dataclass(frozen=True, slots=True)
class Parts:
    """A whole form: its fields as texts, and the file with its name, if there is one."""

    fields: Mapping[str, str]
    filename: str = ""
    upload: Upload | None = None

    @property
    def has_file(self) -> bool:
        """Browsers send an empty part without a name where nothing was chosen."""
        return self.upload is not None and bool(self.filename or self.upload.size_bytes)

    def file(self) -> Upload:
        """Raises `no_file`."""
        if self.upload is None or not self.has_file:
            raise PagemillError("no_file")
        return self.upload


class Form:
    """A form on its way in. Fed in order, by one thread at a time; `close` it whatever happens."""

    def __init__(self, service: Service, headers: Mapping[str, str]) -> None:
        try:
            self._ender = b"--" + parse_content_boundary(headers) + b"--"
            self._parser = StreamingFormDataParser(headers)
        except (ParseFailedException, UnicodeError) as error:
            raise _malformed(str(error)) from None
        self._service = service
        self._stack = ExitStack()
        self._is_closed = False
        self._received = 0
        self._tail = b""
        self._file = _FilePart(self._open)
        self._fields = _FieldParts()
        self._parser.register("file", self._file)
        self._parser.register("", self._fields, matches=self._fields.takes)

    def feed(self, block: bytes) -> None:
        """Raises `too_large`, `disk_full`, `invalid_request`."""
        self._received += len(block)
        self._tail = (self._tail + block[-len(self._ender) - 64 :])[-len(self._ender) - 64 :]
        try:
            self._parser.data_received(block)
        except ParseFailedException as error:
            raise _malformed(str(error)) from None
        except UnicodeDecodeError:
            raise _malformed("a name is not UTF-8") from None
        # The parser holds headers until they end; theirs and the fields' bytes are what is left.
        if self._received - self._file.size_bytes > MAX_FORM_BYTES:
            raise PagemillError("too_large", "The fields beside the file are larger than 1 MB")

    @property
    def is_open(self) -> bool:
        """Whether there is something to be closed."""
        return self._file.upload is not None and not self._is_closed

    def finish(self, last_block: bytes, act: Callable[[Parts], T]) -> T:
        """Hands what came to `act`; what that does not keep is dropped. Raises `upload_cut` and
        what `act` raises.
        """
        if last_block:
            self.feed(last_block)
        if self._ender not in self._tail:
            raise PagemillError("upload_cut", "The form does not end with its boundary")
        done = act(Parts(self._fields.texts(), self._file.filename, self._file.upload))
        self.close()
        return done

    def close(self) -> None:
        """Drops what was received, unless it was submitted."""
        self._stack.close()
        self._is_closed = True

    def _open(self) -> Upload:
        return self._stack.enter_context(self._service.receive())


class _FilePart(BaseTarget):  # type: ignore[misc]  # the library has no types
    """Writes the part `file` to where it stays."""

    def __init__(self, open_upload: Callable[[], Upload]) -> None:
        super().__init__()
        self._open_upload = open_upload
        self.upload: Upload | None = None

    @property
    def filename(self) -> str:
        return self.multipart_filename or ""

    @property
    def size_bytes(self) -> int:
        return 0 if self.upload is None else self.upload.size_bytes

    def on_start(self) -> None:
        if self.upload is not None:
            raise PagemillError("invalid_request", "More than one `file`", "Send one per request.")
        self.upload = self._open_upload()

    def on_data_received(self, chunk: bytes) -> None:
        assert self.upload is not None  # noqa: S101  the parser starts a part before its data
        self.upload.write(chunk)


class _FieldParts(BaseTarget):  # type: ignore[misc]  # the library has no types
    """Collects every other part; one that comes twice counts as a list."""

    def __init__(self) -> None:
        super().__init__()
        self._name = ""
        self._parts: list[tuple[str, bytearray]] = []

    def takes(self, _: str, name: str) -> bool:
        self._name = name
        return True

    def on_start(self) -> None:
        if len(self._parts) == MAX_FIELDS:
            raise _malformed(f"more than {MAX_FIELDS} fields")
        self._parts.append((self._name, bytearray()))

    def on_data_received(self, chunk: bytes) -> None:
        self._parts[-1][1].extend(chunk)

    def texts(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, data in self._parts:
            try:
                text = data.decode()
            except UnicodeDecodeError:
                raise _malformed(f"field `{name[:80]}` is not UTF-8") from None
            found[name] = f"{found[name]},{text}" if name in found else text
        return found


def sort_fields(
    given: Mapping[str, object], filename: str, asked: Asked
) -> tuple[str, dict[str, object], Asked]:
    """File name, options and the rest, from fields of a form or members of a JSON object.

    What has no meaning of its own is an option; one of them may be all `options` as JSON.
    Raises `invalid_request`.
    """
    rest = dict(given)
    options = rest.pop("options", None) or {}
    if isinstance(options, str):
        options = json_object(options)
    if not isinstance(options, dict):
        raise _malformed("`options` is not a JSON object")
    priority = rest.pop("priority", None)
    if priority not in (None, ""):
        asked["priority"] = _whole_number("priority", priority)
    if password := rest.pop("password", None):
        asked["password"] = _text("password", password)
    if digest := rest.pop("sha256", None):
        asked["sha256"] = _text("sha256", digest)
    name = _text("filename", rest.pop("filename", None) or filename)
    return name, {**options, **rest}, asked


def url_fields(body: bytes) -> Parts:
    """A form without a file, as `application/x-www-form-urlencoded`. Raises `invalid_request`."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise _malformed(str(error)) from None
    return Parts(dict(pairs))


def json_object(data: bytes | str) -> dict[str, object]:
    """Raises `invalid_request`."""
    try:
        return msgspec.json.decode(data, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise _malformed(f"no JSON object: {error}") from None


def _whole_number(name: str, value: object) -> int:
    text = str(value)
    if isinstance(value, bool) or not text.isascii() or not text.isdigit() or len(text) > 9:
        raise _malformed(f"`{name}` is not a whole number")
    return int(text)


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise _malformed(f"`{name}` is not a text")
    return value


def _malformed(why: str) -> PagemillError:
    return PagemillError("invalid_request", f"The request cannot be understood: {why[:200]}")
