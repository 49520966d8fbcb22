"""What people can ask of the house: submit, look, steer, fetch. Use cases over ports only.

Synchronous, thread-safe and without state of its own; every method checks that the job belongs to
the user who asks.
"""

from pagemill.service.desk import LOCAL_USER, Asked, Capacity, Limits, News, Service
from pagemill.service.names import clean_filename, download_name

__all__ = [
    "LOCAL_USER",
    "Asked",
    "Capacity",
    "Limits",
    "News",
    "Service",
    "clean_filename",
    "download_name",
]
