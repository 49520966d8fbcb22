"""Commands for second thoughts: reading again, and putting right by hand."""

import sys
from typing import Annotated

from typer import Argument, Option

from pagemill.cli import options as opt
from pagemill.cli.screen import Screen

STDIN = "-"


def retry(
    jobs: opt.JobRefs,
    page: Annotated[
        int | None,
        Option("--page", metavar="N", min=1, help="This page only, even if it was read."),
    ] = None,
    engine: opt.Engine = None,
    password: opt.Password = None,
    url: opt.Url = None,
    token: opt.Token = None,
    as_json: opt.Json = False,
) -> int:
    """Read the failed pages of finished jobs again, or one page with --page.

    Pages that were read stay as they are. So does the one named, if it cannot be read again.
    """
    from pagemill.cli.remote import open_remote

    with open_remote(url, token, Screen(is_json=as_json)) as remote:
        return remote.retry(jobs, engine or "", password or "", page)


def correct(
    job: opt.JobRef,
    page: Annotated[int, Argument(metavar="PAGE", min=1, hidden=True)],
    block: Annotated[int, Argument(metavar="BLOCK", min=0, hidden=True)],
    text: Annotated[str, Argument(metavar="TEXT", hidden=True)],
    before: Annotated[
        str | None, Option("--before", metavar="TEXT", help="Only if the block says this now.")
    ] = None,
    url: opt.Url = None,
    token: opt.Token = None,
    as_json: opt.Json = False,
) -> int:
    """Put the text of one block of a page right by hand; the outputs are written again.

    BLOCK is its place among the `blocks` of the page's JSON, from 0. TEXT - is read from standard
    input. A line stays one line; a table has its rows as lines, with tabs between the cells.
    """
    from pagemill.cli.remote import open_remote

    right = sys.stdin.read().removesuffix("\n") if text == STDIN else text
    with open_remote(url, token, Screen(is_json=as_json)) as remote:
        return remote.correct(job, page, block, right, before)
