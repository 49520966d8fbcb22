"""The command line. Results go to stdout, everything else to stderr; exit codes are 0 done,
1 failed work, 2 wrong use, 3 unavailable, 130 interrupted. A person never sees a traceback.

Nothing heavy is imported until the command that needs it runs, so that `--help` is instant.
"""

import sys
from collections.abc import Sequence
from errno import EDQUOT, ENOSPC

from pagemill.errors import EXIT_USAGE, PagemillError

EXIT_INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line (without the program's name) and returns its exit code."""
    from typer import TyperException

    from pagemill.cli.commands import app

    try:
        code = app(args=argv, prog_name="pagemill", standalone_mode=False)
    except PagemillError as error:
        return _explain(error)
    except TyperException as error:
        return _explain_misuse(error)
    except BrokenPipeError:
        return _stop_writing()
    except OSError as error:
        return _explain_system(error)
    except Exception as error:  # noqa: BLE001  the last resort: one line, no traceback
        return _explain_surprise(error)
    return code if isinstance(code, int) else 0


def error_line(error: PagemillError) -> str:
    """`pagemill: <cause>. <hint>`"""
    from pagemill.cli.screen import next_step

    return f"pagemill: {error.message.rstrip('.')}. {next_step(error)}"


def _explain(error: PagemillError) -> int:
    print(error_line(error), file=sys.stderr)
    return error.kind.exit_code


def _explain_misuse(error: Exception) -> int:
    """What Typer found wrong with the command line: an option, an argument, a command's name."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "pagemill"
    format_message = getattr(error, "format_message", lambda: str(error))
    cause = " ".join(format_message().split()).rstrip(".")
    if not cause:  # a group named without a command prints its help by itself
        return EXIT_USAGE
    stop = "" if cause.endswith("?") else "."
    print(f"pagemill: {cause}{stop} See `{command} --help`.", file=sys.stderr)
    return EXIT_USAGE


def _explain_system(error: OSError) -> int:
    """What the operating system refuses: a folder that is a file, or belongs to somebody else."""
    code = "disk_full" if error.errno in (ENOSPC, EDQUOT) else "ledger_unusable"
    where = f"{error.filename}: " if error.filename else ""
    hint = "Check the path and who may write there; `pagemill doctor` looks further."
    return _explain(PagemillError(code, f"{where}{error.strerror or error}", hint))


def _explain_surprise(error: Exception) -> int:
    import traceback

    surprise = PagemillError(
        "internal",
        f"Something went wrong inside (internal): {type(error).__name__}: {_one_line(error)}",
        "Run it again with PAGEMILL_LOG_LEVEL=debug for the details, and report them.",
    )
    if _wants_details():
        traceback.print_exc()
    return _explain(surprise)


def _wants_details() -> bool:
    from pagemill.settings import load_settings

    try:
        return load_settings().log_level == "debug"
    except PagemillError:
        return False


def _one_line(error: Exception, longest: int = 200) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _stop_writing() -> int:
    """The reader of our output has seen enough (`| head`): end quietly, flush nothing more."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
