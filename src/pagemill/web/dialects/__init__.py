"""Other systems' HTTP APIs over the same service. Each module is one of them: routes and words,
unaware of the others; what a job is, and whose, the service alone decides.
"""

from fastapi import APIRouter

from pagemill.web.dialects import convert, extract, jobs, process_pdf, queue

ROUTERS: tuple[APIRouter, ...] = (
    jobs.router,
    process_pdf.router,
    convert.router,
    extract.router,
    queue.router,
)

__all__ = ["ROUTERS"]
