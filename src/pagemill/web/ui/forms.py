"""What a plain HTML form sends."""

from urllib.parse import parse_qsl

from fastapi import Request

from pagemill.errors import PagemillError

MOST_BYTES, MOST_FIELDS = 64_000, 2000


async def read_form(request: Request) -> list[tuple[str, str]]:
    """The fields in their order, `application/x-www-form-urlencoded`. Raises `too_large`,
    `invalid_request`.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise PagemillError("too_large", f"A form of more than {MOST_BYTES:,} bytes")
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise PagemillError("invalid_request", f"No form: {error}") from None
