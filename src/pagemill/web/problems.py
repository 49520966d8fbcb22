"""Errors as problem documents (RFC 9457): never a traceback, always a next step."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pagemill.errors import PagemillError

_CODE_OF_STATUS = {404: "route_not_found", 405: "method_not_allowed", 413: "too_large"}


class Problem(BaseModel):
    """Why a request was refused. `code` is stable, `hint` the next step. Others may follow."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    hint: str


class ProblemResponse(JSONResponse):
    media_type = "application/problem+json"


PROBLEMS: dict[int | str, dict[str, object]] = {
    status: {
        "description": "Refused; `code` and `hint` tell why and what next.",
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }
    for status in (422, "4XX", "5XX")
}


def problem(
    error: PagemillError, headers: Mapping[str, str] | None = None, /, **members: object
) -> ProblemResponse:
    """`members` are extensions, such as the job's state."""
    kind = error.kind
    body = Problem(
        type=f"/docs#{kind.code}",
        title=kind.title,
        status=kind.status,
        detail=error.message,
        code=kind.code,
        hint=error.hint,
    )
    again = {}
    if error.retry_after is not None or kind.status in (429, 503):
        again = {"Retry-After": str(error.retry_after or 1)}
    return ProblemResponse(
        body.model_dump() | members, kind.status, headers={**again, **(headers or {})}
    )


def install_problems(web: FastAPI, show: Callable[[Request, PagemillError], Response]) -> None:
    """`show` makes the answer: a page for people, `problem` for programs."""

    @web.exception_handler(PagemillError)
    async def refuse(request: Request, error: PagemillError) -> Response:
        return show(request, error)

    @web.exception_handler(RequestValidationError)
    async def explain(request: Request, error: RequestValidationError) -> Response:
        return show(request, of_validation(error))

    @web.exception_handler(HTTPException)
    async def translate(request: Request, error: HTTPException) -> Response:
        answer = show(request, _of_http(request, error))
        answer.headers.update(error.headers or {})
        return answer

    web.add_middleware(Apology, show=show)


class Apology:
    """Middleware, the innermost: a mistake of ours is logged and answered here, so that this
    answer, too, goes out through all the others.
    """

    def __init__(self, app: ASGIApp, *, show: Callable[[Request, PagemillError], Response]) -> None:
        self._app = app
        self._show = show

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_answered = False

        async def sending(message: Message) -> None:
            nonlocal is_answered
            is_answered = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            if is_answered or scope["type"] != "http":
                raise
            structlog.get_logger().error(
                "request_failed", method=scope["method"], path=scope["path"], exc_info=error
            )
            answer = self._show(Request(scope), PagemillError("internal"))
            await answer(scope, receive, send)


def of_validation(error: RequestValidationError) -> PagemillError:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    return PagemillError("invalid_request", f"`{where[:80]}`: {first['msg']}")


def _of_http(request: Request, error: HTTPException) -> PagemillError:
    code = _CODE_OF_STATUS.get(error.status_code)
    if code is not None:
        return PagemillError(
            code,
            f"{HTTPStatus(error.status_code).phrase}: {request.method} {request.url.path[:200]}",
        )
    if error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        return PagemillError("invalid_request", str(error.detail))
    return PagemillError("internal")
