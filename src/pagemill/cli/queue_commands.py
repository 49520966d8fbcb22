"""The `queue` commands: their names, options and help."""

from typing import Annotated

from typer import Argument, BadParameter, Option, Typer

from pagemill.cli import options as opt
from pagemill.cli.screen import Screen

NO_LIMIT = "none"
queue = Typer(
    help="The queue of a server: look at it, stop it, and try again what failed.",
    no_args_is_help=True,
)


def _bound(text: str) -> int | None:
    if text == NO_LIMIT:
        return None
    if not text.isascii() or not text.isdigit():
        raise BadParameter(f"'{text}' is neither a number nor `{NO_LIMIT}`.")
    return int(text)


User = Annotated[str, Option("--user", metavar="NAME", help="One user's work only.")]
Engine = Annotated[str, Option("--engine", metavar="NAME", help="One engine's work only.")]
Whose = Annotated[
    str, Option("--user", metavar="NAME", help="Whose; `*` for everybody's.  [default: mine]")
]
OfEngine = Annotated[str, Option("--engine", metavar="NAME", help="Pages of this engine only.")]
Code = Annotated[str, Option("--code", metavar="CODE", help="With this error code only.")]
Since = Annotated[
    str,
    Option("--since", metavar="WHEN", help="Given up since: 30min, 2h, 3d, or a date and time."),
]


@queue.command("stats")
def stats(url: opt.Url = None, token: opt.Token = None, as_json: opt.Json = False) -> int:
    """Show how the queue stands, and when all will be done.

    Jobs and pages by state, engine and user, how long they wait and take, and what is stopped.
    """
    from pagemill.cli.operating import open_operator

    with open_operator(url, token, Screen(is_json=as_json)) as operator:
        return operator.stats()


@queue.command("pause")
def pause(
    user: User = "",
    engine: Engine = "",
    url: opt.Url = None,
    token: opt.Token = None,
    as_json: opt.Json = False,
) -> int:
    """Begin no more work: of a user, of an engine, or at all.

    What runs goes on, and jobs are still accepted; `resume` with the same options ends it.
    """
    from pagemill.cli.operating import open_operator

    with open_operator(url, token, Screen(is_json=as_json)) as operator:
        return operator.pause(user, engine)


@queue.command("resume")
def resume(
    user: User = "",
    engine: Engine = "",
    url: opt.Url = None,
    token: opt.Token = None,
    as_json: opt.Json = False,
) -> int:
    """Go on after `pause` or `drain` of the same."""
    from pagemill.cli.operating import open_operator

    with open_operator(url, token, Screen(is_json=as_json)) as operator:
        return operator.resume(user, engine)


@queue.command("drain")
def drain(
    user: User = "",
    engine: Engine = "",
    timeout: Annotated[
        float | None,
        Option("--timeout", metavar="SECONDS", min=0, help="Longest wait.  [default: no end]"),
    ] = None,
    url: opt.Url = None,
    token: opt.Token = None,
    quiet: opt.Quiet = False,
    as_json: opt.Json = False,
) -> int:
    """Begin no more work, and wait until nothing runs any more.

    Then machines may be stopped without a page being read twice. It stays stopped until `resume`,
    after Ctrl-C, too. Ends with 1 if something still runs when the time is up.
    """
    from pagemill.cli.operating import open_operator

    with open_operator(url, token, Screen(quiet, as_json)) as operator:
        return operator.drain(user, engine, timeout)


@queue.command("dead")
def dead(
    user: Whose = "",
    code: Code = "",
    engine: OfEngine = "",
    since: Since = "",
    limit: Annotated[int, Option("--limit", metavar="N", min=1, help="Newest N.")] = 20,
    url: opt.Url = None,
    token: opt.Token = None,
    as_json: opt.Json = False,
) -> int:
    """List what was given up, newest first, with the reason.

    Pages that could not be read, documents that could not be opened, outputs that could not be
    written.
    """
    from pagemill.cli.operating import open_operator, wanted

    with open_operator(url, token, Screen(is_json=as_json)) as operator:
        return operator.dead(wanted(user, code, engine, since), limit)


@queue.command("reasons")
def reasons(
    user: Whose = "",
    code: Code = "",
    engine: OfEngine = "",
    since: Since = "",
    url: opt.Url = None,
    token: opt.Token = None,
    as_json: opt.Json = False,
) -> int:
    """Count what was given up by its reason."""
    from pagemill.cli.operating import open_operator, wanted

    with open_operator(url, token, Screen(is_json=as_json)) as operator:
        return operator.reasons(wanted(user, code, engine, since))


@queue.command("requeue-failed")
def requeue_failed(
    user: Whose = "",
    code: Code = "",
    engine: OfEngine = "",
    since: Since = "",
    everything: Annotated[
        bool, Option("--all", help="What can never go right, too: damaged files.")
    ] = False,
    url: opt.Url = None,
    token: opt.Token = None,
    quiet: opt.Quiet = False,
    as_json: opt.Json = False,
) -> int:
    """Try again what was given up and may go right.

    Pages that were read stay as they are. A code that is named is tried whatever it is; otherwise
    what no second try can help is left alone.
    """
    from pagemill.cli.operating import open_operator, wanted

    with open_operator(url, token, Screen(quiet, as_json)) as operator:
        chosen = wanted(user, code, engine, since)
        return operator.requeue_failed(chosen, is_everything=everything)


@queue.command("engines")
def engines(url: opt.Url = None, token: opt.Token = None, as_json: opt.Json = False) -> int:
    """List engines with what runs and waits in each.

    `cpu` stands for opening documents and writing outputs, `auto` for pages whose engine is chosen
    when they are read.
    """
    from pagemill.cli.operating import open_operator

    with open_operator(url, token, Screen(is_json=as_json)) as operator:
        return operator.engines()


@queue.command("limit")
def limit(
    engine: Annotated[str, Argument(metavar="ENGINE", hidden=True)],
    most: Annotated[str, Argument(metavar="N", hidden=True)],
    url: opt.Url = None,
    token: opt.Token = None,
    as_json: opt.Json = False,
) -> int:
    """Let an engine read N pages at once; `none` for no limit.

    That holds for all machines together. What runs beyond it goes on.
    """
    from pagemill.cli.operating import open_operator

    bound = _bound(most)
    with open_operator(url, token, Screen(is_json=as_json)) as operator:
        return operator.limit(engine, bound)


@queue.command("priority")
def priority(
    place: Annotated[int, Argument(metavar="N", min=0, max=10, hidden=True)],
    user: Whose = "",
    state: Annotated[
        str,
        Option(
            "--state",
            metavar="STATE",
            help="queued, processing or paused; several with commas.  [default: all three]",
        ),
    ] = "",
    name: Annotated[
        str, Option("--name", metavar="TEXT", help="Files whose name has this in it only.")
    ] = "",
    url: opt.Url = None,
    token: opt.Token = None,
    as_json: opt.Json = False,
) -> int:
    """Give waiting jobs another priority; 10 is first, 0 last."""
    from pagemill.cli.operating import open_operator

    with open_operator(url, token, Screen(is_json=as_json)) as operator:
        return operator.reprioritise(place, user, opt.words(state), name)


@queue.command("workers")
def workers(url: opt.Url = None, token: opt.Token = None, as_json: opt.Json = False) -> int:
    """List machines that work, and what each is at.

    SEEN is when a machine was last heard of, UP how long it has been working.
    """
    from pagemill.cli.operating import open_operator

    with open_operator(url, token, Screen(is_json=as_json)) as operator:
        return operator.workers()
