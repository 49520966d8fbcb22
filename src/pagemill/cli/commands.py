"""All commands: their names, options and help. Each body hands over to the module that does it."""

from pathlib import Path
from typing import Annotated

from typer import Argument, BadParameter, Exit, Option, Typer

from pagemill.cli import options as opt
from pagemill.cli.following.command import watch
from pagemill.cli.ingest.command import ingest
from pagemill.cli.people_commands import user
from pagemill.cli.queue_commands import queue
from pagemill.cli.revision_commands import correct, retry
from pagemill.cli.screen import Screen

app = Typer(
    help="Documents into text, and never a page lost.",
    epilog="Exit codes: 0 done, 1 failed work, 2 wrong use, 3 unavailable, 130 stopped.",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
db = Typer(help="The database: its version, and bringing it up to date.", no_args_is_help=True)
app.add_typer(db, name="db")
app.add_typer(queue, name="queue")
app.add_typer(user, name="user")


def _print_version(is_asked: bool) -> None:
    if is_asked:
        from pagemill import __version__

        print(f"pagemill {__version__}")
        raise Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        Option("--version", help="Print the version.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    """Documents into text, and never a page lost."""


@app.command()
def convert(
    files: opt.Files,
    out: opt.OutFolder = None,
    engine: opt.Engine = None,
    mode: opt.Mode = None,
    pages: opt.Pages = None,
    outputs: opt.OutputNames = None,
    lang: opt.Language = None,
    page_breaks: opt.PageBreaks = None,
    dpi: opt.Dpi = None,
    headers_footers: opt.HeadersFooters = None,
    password: opt.Password = None,
    workers: opt.Workers = None,
    data: opt.Data = None,
    quiet: opt.Quiet = False,
    as_json: opt.Json = False,
) -> int:
    """Convert documents on this machine, with no server.

    FILE is a PDF, TIFF, PNG, JPEG, WebP, BMP, GIF or JPEG 2000. A single one is printed as
    Markdown; with -o the results go to DIR as <stem>.md and so on. Stopped or killed, run it
    again: pages that were read are not read again.
    """
    from pagemill.cli.convert import Order, convert_files
    from pagemill.settings import load_settings

    asked = opt.asked_of(engine, mode, pages, outputs, lang, page_breaks, dpi, headers_footers)
    order = Order(files, asked, password or "", out)
    settings = load_settings(data=data, workers=workers)
    return convert_files(order, settings, Screen(quiet, as_json))


@app.command()
def serve(
    host: Annotated[
        str | None, Option("--host", metavar="ADDRESS", help="Address to listen on.")
    ] = None,
    port: Annotated[
        int | None,
        Option("--port", metavar="N", min=0, max=65535, help="Port; 0 picks a free one."),
    ] = None,
    data: opt.Data = None,
    workers: Annotated[
        int | None, Option("--workers", metavar="N", min=0, help="Worker processes; 0 for none.")
    ] = None,
    insecure: Annotated[
        bool, Option("--insecure", help="Listen beyond this machine without authentication.")
    ] = False,
) -> int:
    """Run the server: API, live events and workers in one."""
    from pagemill.app.server import serve as run
    from pagemill.settings import load_settings

    return run(load_settings(host=host, port=port, data=data, workers=workers), insecure=insecure)


@app.command()
def worker(
    data: opt.Data = None,
    slots: Annotated[
        int | None,
        Option(
            "--slots",
            "--workers",
            metavar="N",
            min=1,
            help="Worker processes.  [default: one per core]",
        ),
    ] = None,
    engines: Annotated[
        str | None,
        Option(
            "--engines",
            metavar="NAMES",
            help="Only pages of these engines, such as ppocr,auto.  [default: all]",
        ),
    ] = None,
) -> int:
    """Run workers alone, in the foreground, on a data folder or for a shared ledger."""
    from pagemill.cli.local import run_worker
    from pagemill.settings import load_settings

    return run_worker(load_settings(data=data, workers=slots, worker_engines=engines))


@app.command()
def clean(
    dry_run: Annotated[
        bool, Option("--dry-run", help="Show what would go, and delete nothing.")
    ] = False,
    data: opt.Data = None,
    quiet: opt.Quiet = False,
    as_json: opt.Json = False,
) -> int:
    """Delete finished jobs that are too old, too many or too large, now.

    What may stay is told by the settings `max_job_*` and `user_max_job_*` and by the limits of
    users. Jobs that have not ended are never touched. A server does the same by itself.
    """
    from pagemill.cli.cleaning import clean as run
    from pagemill.settings import load_settings

    return run(load_settings(data=data), Screen(quiet, as_json), is_dry=dry_run)


@app.command()
def doctor(
    deep: Annotated[
        bool, Option("--deep", help="Look at what is stored: the ledger against the shelf.")
    ] = False,
    repair: Annotated[
        bool, Option("--repair", help="With --deep: set right what is wrong.")
    ] = False,
    read_all: Annotated[
        bool, Option("--hash", help="With --deep: read every byte and compare its SHA-256.")
    ] = False,
    data: opt.Data = None,
    quiet: opt.Quiet = False,
    as_json: opt.Json = False,
) -> int:
    """See whether all is well here, and what to do if not.

    With --deep it looks at all that is stored, while a server runs or not: whether every document,
    page text and output is there, whether counts are right, and what nobody knows.
    """
    from pagemill.cli.doctor import examine
    from pagemill.settings import load_settings

    if deep:
        from pagemill.cli.deep import look_over
        from pagemill.work.inspection import Order

        return look_over(load_settings(data=data), Screen(quiet, as_json), Order(repair, read_all))
    if repair or read_all:
        raise BadParameter("--repair and --hash go with --deep.")
    return examine(load_settings(data=data), Screen(quiet, as_json))


@app.command()
def backup(
    folder: Annotated[Path, Argument(metavar="DEST", hidden=True)],
    link: Annotated[
        bool, Option("--link", help="On the same disk: links in place of copies of files.")
    ] = False,
    incremental: Annotated[
        bool, Option("--incremental", help="Bring the finished backup in DEST up to date.")
    ] = False,
    data: opt.Data = None,
    quiet: opt.Quiet = False,
    as_json: opt.Json = False,
) -> int:
    """Copy ledger and files to a folder DEST, while a server runs or not.

    The copy is of one moment. Stopped or killed, run it again: what was copied is kept.
    """
    from pagemill.cli.backing import backup as run
    from pagemill.settings import load_settings
    from pagemill.work.backup import Wish

    return run(load_settings(data=data), folder, Wish(link, incremental), Screen(quiet, as_json))


@app.command()
def restore(
    source: Annotated[Path, Argument(metavar="SRC", hidden=True)],
    data: opt.Data = None,
    quiet: opt.Quiet = False,
    as_json: opt.Json = False,
) -> int:
    """Fill an empty data folder from the backup in SRC, and look all of it over.

    Jobs that were in work go on from their last finished page when a server is started there.
    """
    from pagemill.cli.backing import restore as run
    from pagemill.settings import load_settings

    return run(load_settings(data=data), source, Screen(quiet, as_json))


@app.command("settings")
def show_settings(data: opt.Data = None, as_json: opt.Json = False) -> int:
    """Show every setting: its value, and where that comes from."""
    from pagemill.cli.show_settings import show_settings as show
    from pagemill.settings import sources_of

    return show(sources_of(data=data), Screen(is_json=as_json))


@db.command("upgrade")
def db_upgrade(data: opt.Data = None, as_json: opt.Json = False) -> int:
    """Bring the database to the form this version writes. Nothing is lost."""
    from pagemill.cli.local import upgrade_ledger
    from pagemill.settings import load_settings

    return upgrade_ledger(load_settings(data=data), Screen(is_json=as_json))


@db.command("status")
def db_status(data: opt.Data = None, as_json: opt.Json = False) -> int:
    """Say which form the database has, and whether it needs an upgrade."""
    from pagemill.cli.local import show_ledger
    from pagemill.settings import load_settings

    return show_ledger(load_settings(data=data), Screen(is_json=as_json))


app.command()(ingest)


@app.command()
def submit(
    files: opt.Files,
    engine: opt.Engine = None,
    mode: opt.Mode = None,
    pages: opt.Pages = None,
    outputs: opt.OutputNames = None,
    lang: opt.Language = None,
    page_breaks: opt.PageBreaks = None,
    dpi: opt.Dpi = None,
    headers_footers: opt.HeadersFooters = None,
    password: opt.Password = None,
    priority: Annotated[
        int | None,
        Option("--priority", metavar="N", min=0, max=10, help="10 first.  [default: by size]"),
    ] = None,
    wait: Annotated[bool, Option("--wait", help="Watch until all are done.")] = False,
    url: opt.Url = None,
    token: opt.Token = None,
    quiet: opt.Quiet = False,
    as_json: opt.Json = False,
) -> int:
    """Send documents to a server and print the ids of their jobs."""
    from pagemill.cli.remote import open_remote

    asked = opt.asked_of(engine, mode, pages, outputs, lang, page_breaks, dpi, headers_footers)
    with open_remote(url, token, Screen(quiet, as_json)) as remote:
        return remote.submit(files, asked, password or "", priority, is_waiting=wait)


app.command()(watch)


@app.command()
def get(
    job: opt.JobRef,
    out: opt.OutFolder = None,
    output: Annotated[
        str | None,
        Option(
            "--output", metavar="NAME", help="One output only.  [default: Markdown; all with -o]"
        ),
    ] = None,
    url: opt.Url = None,
    token: opt.Token = None,
    quiet: opt.Quiet = False,
    as_json: opt.Json = False,
) -> int:
    """Print what a job gave, or save it in a folder."""
    from pagemill.cli.remote import open_remote

    with open_remote(url, token, Screen(quiet, as_json)) as remote:
        return remote.get(job, out, output or "")


@app.command()
def export(
    job: opt.JobRef,
    folder: Annotated[Path, Argument(metavar="DIR", hidden=True)],
    url: opt.Url = None,
    token: opt.Token = None,
    as_json: opt.Json = False,
) -> int:
    """Save all there is of a job in a folder of its own, DIR/<job>.

    It holds the document, the job as it stands and, once the job is completed, what was read and
    how. Run it again to complete or refresh it.
    """
    from pagemill.cli.remote import open_remote

    with open_remote(url, token, Screen(is_json=as_json)) as remote:
        return remote.export(job, folder)


@app.command()
def jobs(
    state: Annotated[
        str | None,
        Option("--state", metavar="STATE", help="Only jobs in this state; several with commas."),
    ] = None,
    limit: Annotated[int, Option("--limit", metavar="N", min=1, help="Newest N jobs.")] = 20,
    url: opt.Url = None,
    token: opt.Token = None,
    as_json: opt.Json = False,
) -> int:
    """List jobs, newest first."""
    from pagemill.cli.remote import open_remote

    with open_remote(url, token, Screen(is_json=as_json)) as remote:
        return remote.jobs(state or "", limit)


@app.command()
def search(
    words: Annotated[list[str], Argument(metavar="WORDS", hidden=True)],
    user: Annotated[
        str | None,
        Option("--user", metavar="NAME", help="Pages of this user, for admins; * for all."),
    ] = None,
    job: Annotated[str | None, Option("--job", metavar="JOB", help="Pages of this job.")] = None,
    limit: Annotated[int, Option("--limit", metavar="N", min=1, help="Best N pages.")] = 20,
    url: opt.Url = None,
    token: opt.Token = None,
    quiet: opt.Quiet = False,
    as_json: opt.Json = False,
) -> int:
    """Find pages of finished jobs by the words on them.

    All words must stand on a page; case and accents make no difference. '"words in a row"' stand
    so, -word must not be there (write -- before it), begin* goes on, and so does the last word.
    """
    from pagemill.cli.remote import open_remote
    from pagemill.cli.searching import Sought

    sought = Sought(" ".join(words), user or "", job or "", limit)
    with open_remote(url, token, Screen(quiet, as_json)) as remote:
        return remote.search(sought)


@app.command()
def cancel(
    jobs: opt.JobRefs,
    url: opt.Url = None,
    token: opt.Token = None,
    as_json: opt.Json = False,
) -> int:
    """Stop jobs; `retry` goes on where they stopped."""
    from pagemill.cli.remote import open_remote

    with open_remote(url, token, Screen(is_json=as_json)) as remote:
        return remote.cancel(jobs)


app.command()(retry)
app.command()(correct)
