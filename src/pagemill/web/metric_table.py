"""Every figure that `/metrics` shows: its name, what it means, its labels. The reference is written
from this table, and nothing else is shown.

Labels are bounded: states and outcomes by the words of the model, engines and nodes by a number,
routes by template. No users and no jobs: those are asked for at `/v1/queue`.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    GAUGE = "gauge"
    COUNTER = "counter"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Figure:
    """`name` as it is shown, but for the endings a histogram gets."""

    name: str
    kind: Kind
    text: str
    labels: tuple[str, ...] = ()

    @property
    def stem(self) -> str:
        """As the client library wants counters to be named."""
        return self.name.removesuffix("_total") if self.kind is Kind.COUNTER else self.name


_G, _C, _H = Kind.GAUGE, Kind.COUNTER, Kind.HISTOGRAM
FIGURES = (
    Figure("pagemill_build_info", _G, "1, with the version of this server.", ("version",)),
    # the queue
    Figure("pagemill_jobs", _G, "Jobs by state.", ("state",)),
    Figure("pagemill_pages", _G, "Pages by engine and state.", ("engine", "state")),
    Figure(
        "pagemill_queue_oldest_waiting_seconds",
        _G,
        "How long the oldest queued job has waited; 0 if there is none.",
    ),
    Figure(
        "pagemill_queue_eta_seconds",
        _G,
        "When all that waits will be done, a guess; not shown while nobody knows.",
    ),
    Figure("pagemill_queue_stopped", _G, "1 while an operator holds the whole queue."),
    Figure("pagemill_stopped_users", _G, "Users whose work is held."),
    # throughput: counted in the ledger, so restarts change nothing
    Figure(
        "pagemill_pages_done_total",
        _C,
        "Pages that came to an end; outcomes are read, cached and given_up.",
        ("engine", "outcome"),
    ),
    Figure(
        "pagemill_page_retries_total",
        _C,
        "Attempts at pages that failed and are made again.",
        ("engine",),
    ),
    Figure(
        "pagemill_jobs_ended_total",
        _C,
        "Jobs that ended; states are completed, failed and cancelled.",
        ("state",),
    ),
    Figure("pagemill_page_run_seconds", _H, "Time of an attempt that read a page.", ("engine",)),
    Figure("pagemill_job_wait_seconds", _H, "Time from a job's arrival to its beginning."),
    # engines
    Figure(
        "pagemill_engine_resting_seconds",
        _G,
        "How long the engine, which is away, will not be tried; 0 if it is there.",
        ("engine",),
    ),
    Figure(
        "pagemill_engine_trips",
        _G,
        "How often in a row the engine was away when it was tried.",
        ("engine",),
    ),
    Figure(
        "pagemill_engine_stopped", _G, "1 while an operator holds the engine's pages.", ("engine",)
    ),
    Figure(
        "pagemill_engine_max_running",
        _G,
        "How many pages it may read at once; not shown where there is no limit.",
        ("engine",),
    ),
    # nodes
    Figure("pagemill_nodes", _G, "Machines heard of lately."),
    Figure("pagemill_slots", _G, "Worker processes that take pages."),
    Figure("pagemill_slots_busy", _G, "Worker processes with a page."),
    Figure("pagemill_node_slots", _G, "Worker processes of a machine.", ("node",)),
    Figure("pagemill_node_busy", _G, "Worker processes of a machine with a page.", ("node",)),
    Figure(
        "pagemill_node_heartbeat_age_seconds", _G, "Since a machine was heard of last.", ("node",)
    ),
    Figure(
        "pagemill_node_memory_bytes",
        _G,
        "Resident memory of a machine's agent and all its workers.",
        ("node",),
    ),
    Figure(
        "pagemill_node_largest_worker_bytes",
        _G,
        "Resident memory of the largest busy worker of a machine.",
        ("node",),
    ),
    # the house
    Figure("pagemill_shelf_free_bytes", _G, "Room on the disk of the shelf; none for a store."),
    Figure("pagemill_shelf_size_bytes", _G, "Size of the disk of the shelf; none for a store."),
    Figure("pagemill_trash", _G, "Deleted files and folders that still lie on the shelf."),
    Figure(
        "pagemill_upkeep_age_seconds", _G, "Since upkeep last came round; not shown until it has."
    ),
    Figure("pagemill_ledger_trips_total", _C, "Times this server has gone to the database."),
    # this server
    Figure("pagemill_http_requests_total", _C, "Requests answered.", ("method", "route", "status")),
    Figure(
        "pagemill_http_seconds",
        _H,
        "Time from request to the first byte of the answer.",
        ("method", "route"),
    ),
    Figure("pagemill_upload_bytes_total", _C, "Bytes of documents accepted."),
    Figure("process_cpu_seconds_total", _C, "Processor time this server has used."),
    Figure("process_resident_memory_bytes", _G, "Resident memory of this server."),
    Figure("process_virtual_memory_bytes", _G, "Address space of this server."),
    Figure("process_start_time_seconds", _G, "When this server began, in Unix time."),
    Figure("process_open_fds", _G, "Open files and connections of this server."),
    Figure("process_max_fds", _G, "How many it may have open."),
)

BY_NAME = {figure.name: figure for figure in FIGURES}
