"""What people can ask of the house: submit, look, steer, fetch. Use cases over ports only.

Synchronous, thread-safe and without state of its own; every method checks that the job belongs to
the user who asks.
"""

from pagemill.service.desk import Limits, News, Service
from pagemill.service.names import address_name, clean_filename, download_name
from pagemill.service.new_jobs import Asked
from pagemill.service.office import MySettings, Office, SettingsChange
from pagemill.service.overview import Capacity, Overview

__all__ = [
    "Asked",
    "Capacity",
    "Limits",
    "MySettings",
    "News",
    "Office",
    "Overview",
    "Service",
    "SettingsChange",
    "address_name",
    "clean_filename",
    "download_name",
]
