"""The `user` commands: their names, options and help."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, BadParameter, Option, Typer

from pagemill.cli import options as opt
from pagemill.cli.screen import Screen
from pagemill.model.people import Role

if TYPE_CHECKING:
    from pagemill.cli.people import Wishes

DEFAULT = "default"
user = Typer(help="Users, their limits and tokens, on the data folder.", no_args_is_help=True)


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit as it was asked for; None leaves it to the settings."""

    value: float | None


def _whole(text: str) -> Bound:
    return _bound(text, int)


def _number(text: str) -> Bound:
    return _bound(text, float)


def _bound(text: str, kind: type[int] | type[float]) -> Bound:
    if text == DEFAULT:
        return Bound(None)
    try:
        return Bound(kind(text))
    except ValueError:
        raise BadParameter(f"'{text}' is neither a number nor `{DEFAULT}`.") from None


def _limit(name: str, text: str, *, is_whole: bool = True) -> Any:  # noqa: ANN401  as Option itself
    return Option(name, metavar="N", parser=_whole if is_whole else _number, help=text)


Name = Annotated[str, Argument(metavar="NAME", hidden=True)]
AnyName = Annotated[str, Argument(metavar="NAME", hidden=True)]
RoleOption = Annotated[Role | None, Option("--role", help="What they may do.", show_default=False)]
Requests = Annotated[Bound | None, _limit("--requests-per-minute", "Requests a minute.")]
PagesADay = Annotated[Bound | None, _limit("--pages-per-day", "Pages a day, by UTC.")]
StoredMb = Annotated[
    Bound | None, _limit("--max-stored-mb", "MB of documents and results; more is refused.")
]
WaitingJobs = Annotated[Bound | None, _limit("--max-waiting-jobs", "Waiting jobs at once.")]
KeepHours = Annotated[
    Bound | None,
    _limit("--keep-hours", "Hours for which finished jobs are kept.", is_whole=False),
]
KeepJobs = Annotated[Bound | None, _limit("--keep-jobs", "Finished jobs that are kept.")]
KeepMb = Annotated[Bound | None, _limit("--keep-mb", "MB for which finished jobs are kept.")]
Running = Annotated[Bound | None, _limit("--max-running", "Tasks in work at once.")]
PageSeconds = Annotated[
    Bound | None,
    _limit("--page-seconds", "Longest time for one attempt at a page.", is_whole=False),
]
Weight = Annotated[
    float | None,
    Option(
        "--weight", metavar="N", help="Share of the workers beside others'.", show_default=False
    ),
]


@user.command("add")
def add(
    name: Name,
    role: RoleOption = None,
    requests_per_minute: Requests = None,
    pages_per_day: PagesADay = None,
    max_stored_mb: StoredMb = None,
    max_waiting_jobs: WaitingJobs = None,
    keep_hours: KeepHours = None,
    keep_jobs: KeepJobs = None,
    keep_mb: KeepMb = None,
    max_running: Running = None,
    page_seconds: PageSeconds = None,
    weight: Weight = None,
    data: opt.Data = None,
    as_json: opt.Json = False,
) -> int:
    """Add a user, who comes in once there is a token: `pagemill user token NAME`.

    Limits left out are those of the settings; 0 is no limit.
    """
    from pagemill.cli.people import add_user
    from pagemill.settings import load_settings

    wishes = _wishes(
        role or Role.USER,
        None,
        weight,
        requests_per_minute=requests_per_minute,
        pages_per_day=pages_per_day,
        max_stored_mb=max_stored_mb,
        max_waiting_jobs=max_waiting_jobs,
        keep_hours=keep_hours,
        keep_jobs=keep_jobs,
        keep_mb=keep_mb,
        max_running=max_running,
        page_seconds=page_seconds,
    )
    return add_user(load_settings(data=data), name, wishes, Screen(is_json=as_json))


@user.command("set")
def change(
    name: Name,
    role: RoleOption = None,
    requests_per_minute: Requests = None,
    pages_per_day: PagesADay = None,
    max_stored_mb: StoredMb = None,
    max_waiting_jobs: WaitingJobs = None,
    keep_hours: KeepHours = None,
    keep_jobs: KeepJobs = None,
    keep_mb: KeepMb = None,
    max_running: Running = None,
    page_seconds: PageSeconds = None,
    weight: Weight = None,
    active: Annotated[
        bool | None,
        Option("--active/--inactive", help="Whether they may come in.", show_default=False),
    ] = None,
    data: opt.Data = None,
    as_json: opt.Json = False,
) -> int:
    """Change a user; what is left out stays.

    0 is no limit, and the word `default` gives a limit back to the settings.
    """
    from pagemill.cli.people import change_user
    from pagemill.settings import load_settings

    wishes = _wishes(
        role,
        active,
        weight,
        requests_per_minute=requests_per_minute,
        pages_per_day=pages_per_day,
        max_stored_mb=max_stored_mb,
        max_waiting_jobs=max_waiting_jobs,
        keep_hours=keep_hours,
        keep_jobs=keep_jobs,
        keep_mb=keep_mb,
        max_running=max_running,
        page_seconds=page_seconds,
    )
    return change_user(load_settings(data=data), name, wishes, Screen(is_json=as_json))


@user.command("list")
def list_(data: opt.Data = None, as_json: opt.Json = False) -> int:
    """List users with their roles and limits."""
    from pagemill.cli.people import list_users
    from pagemill.settings import load_settings

    return list_users(load_settings(data=data), Screen(is_json=as_json))


@user.command("token")
def token(
    name: Name,
    label: Annotated[str, Option("--name", metavar="TEXT", help="What it is for.")] = "",
    scopes: Annotated[
        str,
        Option("--scopes", metavar="WORDS", help="read,write,admin.  [default: all of the role]"),
    ] = "",
    days: Annotated[
        float, Option("--days", metavar="N", min=0, help="How long it lasts; 0: until revoked.")
    ] = 0,
    is_import: Annotated[
        bool, Option("--import", help="Take over one that exists: its text comes on stdin.")
    ] = False,
    is_list: Annotated[bool, Option("--list", help="List the user's tokens instead.")] = False,
    revoke: Annotated[
        str | None,
        Option("--revoke", metavar="PREFIX", help="End the token that begins so instead."),
    ] = None,
    data: opt.Data = None,
    as_json: opt.Json = False,
) -> int:
    """Make a token for a user and print its text, which is never shown again."""
    from pagemill.cli import people
    from pagemill.settings import load_settings

    people.require_one_wish(is_import=is_import, is_list=is_list, is_revoke=revoke is not None)
    settings, screen = load_settings(data=data), Screen(is_json=as_json)
    if is_list:
        return people.list_tokens(settings, name, screen)
    if revoke is not None:
        return people.revoke_token(settings, name, revoke, screen)
    asked = people.NewToken(name, label, opt.words(scopes), days)
    if is_import:
        return people.import_token(settings, asked, screen)
    return people.make_token(settings, asked, screen)


@user.command("log")
def log(
    name: AnyName = "",
    limit: Annotated[int, Option("--limit", metavar="N", min=1, help="Newest N lines.")] = 50,
    data: opt.Data = None,
    as_json: opt.Json = False,
) -> int:
    """Show who did what, newest first: one user, or everybody."""
    from pagemill.cli.people import show_log
    from pagemill.settings import load_settings

    return show_log(load_settings(data=data), name, limit, Screen(is_json=as_json))


def _wishes(
    role: Role | None, is_active: bool | None, weight: float | None, **bounds: Bound | None
) -> "Wishes":
    from pagemill.cli.people import Wishes

    given = {name: bound.value for name, bound in bounds.items() if bound is not None}
    return Wishes(role, is_active, weight, given)
