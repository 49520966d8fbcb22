"""Every error a person can meet: a stable code, the cause, the next step.

One table (`CATALOGUE`) maps a code to its HTTP status, its exit code on the terminal and whether
trying the same thing again can help. Raise `PagemillError(code, cause)`; never invent a code
outside the table. Codes are API: they are never renamed.
"""

from dataclasses import dataclass

EXIT_FAILED, EXIT_USAGE, EXIT_UNAVAILABLE = 1, 2, 3


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """One row of the catalogue. `hint` is the next step when the raiser knows no better one."""

    code: str
    title: str
    hint: str
    status: int
    exit_code: int = EXIT_FAILED
    is_retryable: bool = False


_ROWS = (
    # Documents that cannot be opened: the job fails.
    ErrorKind("empty_file", "The file is empty", "Send the file again; it has 0 bytes.", 422),
    ErrorKind(
        "not_a_document",
        "Not a document Pagemill can open",
        "Send a PDF, TIFF, PNG, JPEG, WebP, BMP, GIF or JPEG 2000 file.",
        415,
    ),
    ErrorKind(
        "corrupt",
        "The file is damaged",
        "Repair or export the file again, then send it again.",
        422,
    ),
    ErrorKind(
        "password_required",
        "The document is encrypted",
        "Send it with its password (option `password`).",
        422,
    ),
    ErrorKind(
        "too_large",
        "Larger than this server allows",
        "Split the document, or ask the operator to raise the limit.",
        413,
    ),
    ErrorKind(
        "too_many_pages",
        "More pages than this server allows",
        "Ask for a page range, or ask the operator to raise `max_pages`.",
        422,
    ),
    ErrorKind(
        "no_such_pages",
        "The document has none of the pages asked for",
        "Ask for pages the document has; numbers start at 1.",
        422,
    ),
    ErrorKind(
        "document_lost",
        "The bytes of the document are lost",
        "Send the file again; pages that were read are kept and answer for it.",
        410,
    ),
    ErrorKind(
        "job_timeout",
        "The job took longer than it was allowed to",
        "Retry it: pages that were read are kept; or send it without a time limit.",
        504,
    ),
    ErrorKind(
        "no_page_read",
        "No page could be read",
        "Look at the errors of the pages; retry with another engine.",
        422,
    ),
    # Pages that cannot be read: given up alone, the job goes on.
    ErrorKind(
        "page_unrenderable",
        "The page cannot be drawn",
        "Repair the document; other pages are kept.",
        422,
    ),
    ErrorKind(
        "page_timeout",
        "Reading the page took too long",
        "Retry with another engine, or raise `page_timeout_seconds`.",
        504,
        is_retryable=True,
    ),
    ErrorKind(
        "page_memory",
        "Reading the page needed too much memory",
        "Retry with another engine, or raise `child_memory_mb`.",
        507,
        is_retryable=True,
    ),
    ErrorKind(
        "worker_died",
        "The worker process died while it worked on this",
        "Retry; if it dies again the document is hostile to the engine: try another one.",
        500,
        is_retryable=True,
    ),
    ErrorKind(
        "engine_failed",
        "The engine failed on this page",
        "Retry the failed pages with another engine.",
        500,
        is_retryable=True,
    ),
    ErrorKind(
        "engine_missing",
        "The engine is not installed here",
        "Choose another engine; `pagemill doctor` tells what is missing.",
        422,
    ),
    ErrorKind(
        "language_missing",
        "The engine cannot read this language here",
        "Install the named language pack, or choose another engine.",
        422,
    ),
    ErrorKind(
        "engine_away",
        "The engine does not answer at present",
        "Nothing to do: work waits and goes on when it is back.",
        503,
        EXIT_UNAVAILABLE,
        is_retryable=True,
    ),
    # The house itself.
    ErrorKind(
        "disk_full",
        "No space left on the disk",
        "Free space or move the data folder; work goes on by itself.",
        507,
        EXIT_UNAVAILABLE,
        is_retryable=True,
    ),
    ErrorKind(
        "ledger_busy",
        "The database is busy",
        "Try again in a moment.",
        503,
        EXIT_UNAVAILABLE,
        is_retryable=True,
    ),
    ErrorKind(
        "ledger_unusable",
        "The database cannot be used",
        "Run `pagemill doctor`; it says what is wrong.",
        503,
        EXIT_UNAVAILABLE,
    ),
    ErrorKind(
        "ledger_newer",
        "The database was written by a newer Pagemill",
        "Install that version or a later one; nothing was changed.",
        503,
        EXIT_UNAVAILABLE,
    ),
    ErrorKind(
        "tool_missing",
        "A program that this needs is not installed",
        "Install PostgreSQL's client programs, of the server's version or a later one.",
        503,
        EXIT_UNAVAILABLE,
    ),
    ErrorKind(
        "backup_failed",
        "The backup could not be made or used",
        "See the cause; what was copied is kept, and the same command goes on with it.",
        500,
    ),
    ErrorKind(
        "restore_unfinished",
        "A restore into this data folder did not end",
        "Run the same `pagemill restore` again: it goes on where it stopped.",
        503,
        EXIT_UNAVAILABLE,
    ),
    ErrorKind(
        "node_running",
        "Workers already run on this data folder",
        "Stop them first, or use another data folder (--data).",
        409,
        EXIT_UNAVAILABLE,
    ),
    ErrorKind(
        "server_unreachable",
        "No server answers",
        "Start one with `pagemill serve`, or set --url (PAGEMILL_URL).",
        503,
        EXIT_UNAVAILABLE,
        is_retryable=True,
    ),
    ErrorKind(
        "insecure_bind",
        "Refusing to listen beyond this machine without tokens",
        "Make a token first (`pagemill user token`), bind to 127.0.0.1, or pass --insecure if the"
        " network is yours alone.",
        403,
        EXIT_USAGE,
    ),
    ErrorKind(
        "address_in_use", "The address is taken", "Choose another --port.", 409, EXIT_UNAVAILABLE
    ),
    # People.
    ErrorKind(
        "token_required",
        "This server asks for a token",
        "Send it as `Authorization: Bearer <token>`; `pagemill user token` makes one.",
        401,
        EXIT_USAGE,
    ),
    ErrorKind(
        "token_invalid",
        "The token is not valid",
        "Check that it was copied whole; `pagemill user token` makes another.",
        401,
        EXIT_USAGE,
    ),
    ErrorKind(
        "token_expired",
        "The token has expired",
        "Make another with `pagemill user token`.",
        401,
        EXIT_USAGE,
    ),
    ErrorKind(
        "token_revoked",
        "The token was revoked",
        "Make another with `pagemill user token`.",
        401,
        EXIT_USAGE,
    ),
    ErrorKind(
        "forbidden",
        "Not allowed with this token",
        "Use a token with that scope, of a user whose role has it.",
        403,
        EXIT_USAGE,
    ),
    ErrorKind(
        "too_many_requests",
        "Too many requests",
        "Wait for the time in Retry-After, or ask the operator to raise `requests_per_minute`.",
        429,
        is_retryable=True,
    ),
    ErrorKind(
        "too_many_logins",
        "Too many refused tokens from this address",
        "Wait for the time in Retry-After.",
        429,
        is_retryable=True,
    ),
    ErrorKind(
        "too_many_jobs",
        "Too many jobs are waiting already",
        "Wait until some are done, or ask the operator to raise `max_waiting_jobs`.",
        429,
        is_retryable=True,
    ),
    ErrorKind(
        "quota_pages",
        "The pages of this day are used up",
        "Wait until midnight UTC, or ask the operator to raise `pages_per_day`.",
        402,
    ),
    ErrorKind(
        "quota_bytes",
        "The space for your documents and results is used up",
        "Delete finished jobs, or ask the operator to raise `max_stored_mb`.",
        402,
    ),
    ErrorKind(
        "user_not_found", "No such user", "List them with `pagemill user list`.", 404, EXIT_USAGE
    ),
    ErrorKind(
        "user_exists",
        "There is a user of that name",
        "Choose another name, or change it with `pagemill user set`.",
        409,
        EXIT_USAGE,
    ),
    ErrorKind(
        "token_not_found",
        "No such token",
        "List them with `pagemill user token NAME --list`.",
        404,
        EXIT_USAGE,
    ),
    ErrorKind(
        "token_exists",
        "There is a token of that text, in force or revoked",
        "Import another, or make one with `pagemill user token NAME`.",
        409,
        EXIT_USAGE,
    ),
    # Requests.
    ErrorKind("invalid_options", "An option is wrong", "See the allowed values.", 422, EXIT_USAGE),
    ErrorKind(
        "invalid_request", "The request is wrong", "See /docs for its form.", 422, EXIT_USAGE
    ),
    ErrorKind(
        "no_file", "No file in the request", "Send it as multipart field `file`.", 422, EXIT_USAGE
    ),
    ErrorKind("file_not_found", "No such file", "Check the path.", 404, EXIT_USAGE),
    ErrorKind(
        "file_unreadable",
        "The file or folder cannot be read",
        "See who may read it, then run the same command again.",
        422,
    ),
    ErrorKind(
        "file_changed",
        "The file changed while it was read",
        "Run the same command again when nobody writes to it any more.",
        409,
        is_retryable=True,
    ),
    ErrorKind(
        "upload_cut", "The upload ended early", "Send the file again; nothing was kept.", 400
    ),
    ErrorKind("job_not_found", "No such job", "List your jobs with GET /v1/jobs.", 404),
    ErrorKind("upload_not_found", "No such upload", "Upload the file again.", 404),
    ErrorKind("document_not_found", "No such document", "Upload the file instead of its id.", 404),
    ErrorKind(
        "page_not_found", "The job has no such page", "Ask for a page within `pages.total`.", 404
    ),
    ErrorKind(
        "page_not_ready", "The page is not read yet", "Ask again later, or watch the events.", 409
    ),
    ErrorKind("block_not_found", "The page has no such block", "See the page's `blocks`.", 404),
    ErrorKind("text_changed", "The text reads otherwise by now", "Look at it again first.", 409),
    ErrorKind(
        "output_not_ready", "The output is not written yet", "Wait, or ask ?partial=true.", 409
    ),
    ErrorKind("output_not_found", "The job has no such output", "See its list of outputs.", 404),
    ErrorKind("invalid_state", "Not possible in the job's state", "See the job's `state`.", 409),
    ErrorKind(
        "idempotency_conflict",
        "The Idempotency-Key was used for another request",
        "Use a new key for a new request.",
        409,
    ),
    ErrorKind(
        "too_many_watchers",
        "Too many live streams",
        "Close one, or poll with ?wait=.",
        429,
        is_retryable=True,
    ),
    ErrorKind(
        "search_off", "This server keeps no full text", "The setting `search` is off here.", 404
    ),
    ErrorKind(
        "search_unavailable",
        "The full text cannot be searched now",
        "Try again in a moment; if it stays so, `pagemill doctor` looks further.",
        503,
        EXIT_UNAVAILABLE,
        is_retryable=True,
    ),
    ErrorKind(
        "cross_site",
        "Refused: another web site sent this",
        "Use Pagemill's own page, or a program that is no browser.",
        403,
    ),
    ErrorKind("route_not_found", "No such address", "See /docs for the addresses.", 404),
    ErrorKind("method_not_allowed", "This address does not take that method", "See /docs.", 405),
    ErrorKind(
        "range_not_satisfiable",
        "The range lies outside the file",
        "Ask for a range within it.",
        416,
    ),
    ErrorKind(
        "internal",
        "Something went wrong inside",
        "Look into the server's log.",
        500,
        is_retryable=True,
    ),
)

CATALOGUE: dict[str, ErrorKind] = {row.code: row for row in _ROWS}


class PagemillError(Exception):
    """An error with a stable code. `message` is the cause in one sentence, `hint` the next step,
    `retry_after` the seconds until the same request may go through, where that is known.
    """

    def __init__(
        self, code: str, message: str = "", hint: str = "", retry_after: int | None = None
    ) -> None:
        self.kind = CATALOGUE[code]
        self.message = message or self.kind.title
        self.hint = hint or self.kind.hint
        self.retry_after = retry_after
        super().__init__(self.message)

    @property
    def code(self) -> str:
        return self.kind.code

    def __reduce__(self) -> tuple[type, tuple[str, str, str, int | None]]:
        return (PagemillError, (self.code, self.message, self.hint, self.retry_after))
