"""The command `watch`."""

from typing import Annotated

from typer import Argument, BadParameter, Option

from pagemill.cli import options as opt
from pagemill.cli.screen import Screen

Jobs = Annotated[list[str] | None, Argument(metavar="JOB", hidden=True)]


def watch(
    jobs: Jobs = None,
    user: Annotated[
        str | None,
        Option("--user", metavar="NAME", help="Jobs of this user, for admins; * for everybody's."),
    ] = None,
    url: opt.Url = None,
    token: opt.Token = None,
    quiet: opt.Quiet = False,
    as_json: opt.Json = False,
) -> int:
    """Follow jobs until they are done; without any, all of mine until Ctrl-C.

    All of them are a table that moves, on a terminal; elsewhere a line for each step. What has
    ended stays for half a minute, what failed for five.
    """
    from pagemill.cli.remote import open_remote

    if jobs and user:
        raise BadParameter("--user goes without JOB.")
    with open_remote(url, token, Screen(quiet, as_json)) as remote:
        return remote.watch(jobs) if jobs else remote.follow(user or "")
