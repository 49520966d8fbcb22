"""The reference of the API, drawn from its own description."""

from fastapi import APIRouter, Request, Response

from pagemill.web.ui.rendering import show

router = APIRouter(include_in_schema=False)


@router.get("/docs")
def docs(request: Request) -> Response:
    return show(request, "docs.html")
