"""The results of many jobs as one archive, written while it is sent."""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from pagemill.errors import PagemillError
from pagemill.model.job import Job, JobState, OutputFile
from pagemill.model.people import Caller
from pagemill.ports import JobQuery
from pagemill.service import Service, download_name
from pagemill.web.answers import disposition
from pagemill.web.archives import zipped
from pagemill.web.context import AtDesk, Who
from pagemill.web.problems import PROBLEMS

MOST_NAMED, MOST_JOBS, MOST_FILES = 200, 1000, 100_000
NAME, LEFT_OUT = "results.zip", "left out.txt"
router = APIRouter(prefix="/v1", tags=["results"], responses=PROBLEMS)
Ref = Annotated[str, Field(max_length=200)]
_AWKWARD = re.compile(r'[<>:"|?*\\/]')  # some file systems take no such names


@router.get(
    "/archive",
    response_class=Response,
    responses={200: {"description": "The archive.", "content": {"application/zip": {}}}},
)
def archives(
    service: AtDesk,
    who: Who,
    ref: Annotated[
        list[Ref], Query(max_length=MOST_NAMED, description="Of these jobs, by id or handle.")
    ] = [],  # noqa: B006  FastAPI copies it
    state: Annotated[list[JobState], Query(description="Only jobs in these states.")] = [],  # noqa: B006
    name: Annotated[str, Query(max_length=255, description="Part of the file name.")] = "",
    before: Annotated[str, Query(max_length=200, description="Only jobs before this id.")] = "",
    user: Annotated[str, Query(max_length=64, description="Of one user; admins: `*`.")] = "",
    output: Annotated[list[Ref], Query(max_length=20, description="Only outputs so named.")] = [],  # noqa: B006
) -> Response:
    """Outputs of many jobs as one ZIP: of up to 200 that are named by `ref`, or of up to 1,000 as
    GET /v1/jobs finds them. Written while it is sent: no ranges. What is not in it is told in it.
    """
    if ref:
        jobs = [service.get(one, who) for one in dict.fromkeys(ref)]
    else:
        jobs = _matching(service, JobQuery("", tuple(state), name, before), who, user)
    bundle = Bundle(service, jobs, output)
    if ref and not bundle.count:
        raise PagemillError("output_not_ready", "None of these jobs has such outputs yet")
    headers = {"Content-Disposition": disposition(NAME, is_inline=False)}
    return StreamingResponse(zipped(bundle.files()), media_type="application/zip", headers=headers)


def _matching(service: Service, query: JobQuery, who: Caller, user: str) -> list[Job]:
    limited = JobQuery("", query.states, query.name, query.before, MOST_JOBS + 1)
    jobs = service.list(limited, who, user)
    if len(jobs) > MOST_JOBS:
        _refuse(f"More than {MOST_JOBS:,} jobs match")
    return jobs


class Bundle:
    """Files of jobs under names that differ; a job with one file has no folder. Raises `too_large`
    where there are too many.
    """

    def __init__(self, service: Service, jobs: Sequence[Job], outputs: Sequence[str] = ()) -> None:
        self._service = service
        self._chosen = [(job, _chosen(job, outputs)) for job in jobs]
        self._left_out: list[str] = []
        self._names: set[str] = {LEFT_OUT}
        self.count = sum(len(files) for _, files in self._chosen)
        if self.count > MOST_FILES:
            _refuse(f"These jobs have {self.count:,} files")

    def files(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Opened one by one: what was deleted meanwhile is left out, too."""
        for job, files in self._chosen:
            name = self._own_name(job.filename)
            if not files:
                self._leave_out(job, f"it is {job.state} and has no such outputs")
            for file in files:
                try:
                    chunks = self._service.read(job, file)
                except PagemillError as error:
                    self._leave_out(job, f"{file.path}: {error.message}")
                    continue
                yield _place(name, file, is_alone=len(files) == 1), chunks
        if self._left_out or not self._chosen:
            told = "".join(self._left_out) or "No job matches.\n"
            yield LEFT_OUT, iter([told.encode("utf-8", "replace")])

    def _leave_out(self, job: Job, why: str) -> None:
        self._left_out.append(f"{job.filename} ({job.id}): {why}\n")

    def _own_name(self, filename: str) -> str:
        """`scan.pdf`, and for the next of that name `scan (2).pdf`."""
        path = PurePosixPath(_AWKWARD.sub("_", filename).strip(" .") or "document")
        name, number = str(path), 1
        while PurePosixPath(name).stem.casefold() in self._names:
            number += 1
            name = f"{path.stem} ({number}){path.suffix}"
        self._names.add(PurePosixPath(name).stem.casefold())
        return name


def _chosen(job: Job, outputs: Sequence[str]) -> list[OutputFile]:
    return [file for file in job.outputs if not outputs or file.name in outputs]


def _place(filename: str, file: OutputFile, *, is_alone: bool) -> str:
    """Pictures stay in their folder, where the Markdown links to them."""
    inside = file.path if "/" in file.path else download_name(filename, file.path)
    is_flat = is_alone and "/" not in file.path
    return inside if is_flat else f"{PurePosixPath(filename).stem}/{inside}"


def _refuse(what: str) -> None:
    raise PagemillError(
        "too_large",
        f"{what}; one archive holds {MOST_JOBS:,} jobs and {MOST_FILES:,} files",
        "Fetch a part of them: by `ref`, `state`, `name`, or fewer outputs with `output`.",
    )
