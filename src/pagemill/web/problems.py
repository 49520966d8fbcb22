"""Errors as problem documents (RFC 9457): never a traceback, always a next step."""

from collections.abc import Mapping
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

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
    error: PagemillError, headers: Mapping[str, str] | None = None, **members: object
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
    again = {"Retry-After": "1"} if kind.status in (429, 503) else {}
    return ProblemResponse(
        body.model_dump() | members, kind.status, headers={**again, **(headers or {})}
    )


def install_problems(web: FastAPI) -> None:
    @web.exception_handler(PagemillError)
    async def refuse(_: Request, error: PagemillError) -> ProblemResponse:
        return problem(error)

    @web.exception_handler(RequestValidationError)
    async def explain(_: Request, error: RequestValidationError) -> ProblemResponse:
        return problem(_of_validation(error))

    @web.exception_handler(HTTPException)
    async def translate(request: Request, error: HTTPException) -> ProblemResponse:
        return problem(_of_http(request, error), error.headers)

    @web.exception_handler(Exception)
    async def apologise(request: Request, error: Exception) -> ProblemResponse:
        path = request.url.path
        structlog.get_logger().error(
            "request_failed", method=request.method, path=path, exc_info=error
        )
        return problem(PagemillError("internal"))


def _of_validation(error: RequestValidationError) -> PagemillError:
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
