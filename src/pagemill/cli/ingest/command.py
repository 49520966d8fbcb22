"""The `ingest` command: its options and help."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from pagemill.cli import options as opt
from pagemill.cli.screen import Screen

Paths = Annotated[list[Path], Argument(metavar="PATH", hidden=True)]
User = Annotated[
    str | None, Option("--user", metavar="NAME", help="Whose jobs they are.  [default: local]")
]
Batch = Annotated[
    int | None,
    Option(
        "--batch", metavar="N", min=1, max=100_000, help="Files taken at once.  [default: 1000]"
    ),
]
Io = Annotated[
    int | None,
    Option("--io", metavar="N", min=1, max=1000, help="Files read at a time.  [default: 50]"),
]
Link = Annotated[
    bool,
    Option("--link", help="Make hard links in place of copies, on the same disk."),
]
Follow = Annotated[bool, Option("--follow", help="Enter folders that are links, too.")]
Priority = Annotated[
    int | None,
    Option("--priority", metavar="N", min=0, max=10, help="10 first.  [default: by size]"),
]
ReportFile = Annotated[
    Path | None,
    Option(
        "--report",
        metavar="FILE",
        help="Write what was not accepted, as CSV or (.json) JSON lines.",
    ),
]
WholeReport = Annotated[bool, Option("--report-all", help="Write what was accepted, too.")]
Monitor = Annotated[bool, Option("--monitor", help="Show how the jobs go on, until none is left.")]
Watch = Annotated[
    bool, Option("--watch", help="Go on watching the folders for new files, until Ctrl-C.")
]
Settle = Annotated[
    float | None,
    Option(
        "--settle",
        metavar="SECONDS",
        min=0,
        help="With --watch, how long a file must stand still.  [default: 2]",
    ),
]
Poll = Annotated[
    float | None,
    Option(
        "--poll",
        metavar="SECONDS",
        min=0,
        help="With --watch, look this often, as on network shares; 0 is told by the system."
        "  [default: 0]",
    ),
]
DryRun = Annotated[bool, Option("--dry-run", help="Look at the files, and take nothing in.")]


def ingest(
    paths: Paths,
    user: User = None,
    batch: Batch = None,
    io: Io = None,
    link: Link = False,
    follow: Follow = False,
    report: ReportFile = None,
    report_all: WholeReport = False,
    dry_run: DryRun = False,
    monitor: Monitor = False,
    watch: Watch = False,
    settle: Settle = None,
    poll: Poll = None,
    engine: opt.Engine = None,
    mode: opt.Mode = None,
    pages: opt.Pages = None,
    outputs: opt.OutputNames = None,
    lang: opt.Language = None,
    page_breaks: opt.PageBreaks = None,
    dpi: opt.Dpi = None,
    headers_footers: opt.HeadersFooters = None,
    password: opt.Password = None,
    priority: Priority = None,
    data: opt.Data = None,
    url: opt.Url = None,
    token: opt.Token = None,
    quiet: opt.Quiet = False,
    as_json: opt.Json = False,
) -> int:
    """Take in whole folders, however many files they hold.

    PATH is a file or a folder. Every document becomes one job, the same bytes no second one. What
    was taken in before and has not changed is not even read, so run it again whenever you like:
    stopped or killed, it goes on where it was.

    The jobs go into the data folder or, with --url or PAGEMILL_URL, to a server.
    """
    from pagemill.cli.ingest.errand import Order, Watched
    from pagemill.settings import is_given, load_settings

    settings = load_settings(
        data=data,
        url=url,
        token=token,
        queue_batch_size=batch,
        max_concurrent_io=io,
        inbox_settle_seconds=settle,
        inbox_poll_seconds=poll,
    )
    inbox = Watched(settings.inbox_settle_seconds, settings.inbox_poll_seconds)
    order = Order(
        paths,
        settings.queue_batch_size,
        settings.max_concurrent_io,
        opt.asked_of(engine, mode, pages, outputs, lang, page_breaks, dpi, headers_footers),
        password or "",
        priority,
        user or "",
        links=link,
        follow=follow,
        is_dry=dry_run,
        report=report,
        is_whole_report=report_all,
        is_monitored=monitor,
        watched=inbox if watch else None,
    )
    if settings.url and (url is not None or (data is None and is_given("url"))):
        from pagemill.cli.ingest.afar import ingest_afar

        return ingest_afar(order, settings, Screen(quiet, as_json))
    from pagemill.cli.ingest.folder import ingest_folders

    return ingest_folders(order, settings, Screen(quiet, as_json))
