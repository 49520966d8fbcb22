"""The first page: drop a document, watch it, take the result."""

from fastapi import APIRouter, Request, Response

from pagemill.web.ui.rendering import show

router = APIRouter(include_in_schema=False)


@router.get("/")
def quick(request: Request) -> Response:
    return show(request, "quick.html")
