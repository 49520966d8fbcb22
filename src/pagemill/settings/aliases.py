"""Names by which other systems call our settings; they are accepted, in the same units.

They are the variables of the systems whose HTTP APIs Pagemill speaks, so that a deployment can
change over without a new configuration.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Alias:
    """A variable that stands for a setting. `known_from`: what the systems that have it answer."""

    variable: str
    setting: str
    unit: str
    known_from: tuple[str, ...]


# Of several for one setting, the upper one is stronger.
ALIASES = (
    Alias("NUM_WORKERS", "workers", "processes", ("/convert", "/process_pdf")),
    Alias("OCR_CONCURRENT_JOBS", "workers", "processes", ("/api/queue",)),
    Alias("MAX_CONCURRENCY", "workers", "processes", ("/jobs", "/process_pdf")),
    Alias("API_HOST", "host", "address", ("/convert",)),
    Alias("API_PORT", "port", "port", ("/convert",)),
    Alias("OCR_TIMEOUT_SECONDS", "page_timeout_seconds", "seconds", ("/api/queue",)),
    Alias("MAX_JOB_AGE_HOURS", "max_job_age_hours", "hours", ("/jobs",)),
    Alias("MAX_JOB_COUNT", "max_job_count", "jobs", ("/jobs",)),
    Alias("MAX_JOB_STORAGE_MB", "max_job_storage_mb", "MB", ("/jobs",)),
    Alias("QUEUE_BATCH_SIZE", "queue_batch_size", "jobs", ("/api/queue",)),
    Alias("MAX_CONCURRENT_IO", "max_concurrent_io", "files", ("/api/queue",)),
    Alias("TASK_TIME_LIMIT", "extract_hard_seconds", "seconds", ("/api/extract",)),
    Alias("TASK_SOFT_TIME_LIMIT", "extract_soft_seconds", "seconds", ("/api/extract",)),
    Alias("RESULT_EXPIRES", "extract_expires_seconds", "seconds", ("/api/extract",)),
)

# Known, and never an error: the variable, and why nothing follows from it.
WITHOUT_MEANING = {
    "MAX_MODEL_LEN": "A GPU model runs in a server of its own, which has this setting.",
    "GPU_MEMORY_UTILIZATION": "A GPU model runs in a server of its own, which has this setting.",
}
