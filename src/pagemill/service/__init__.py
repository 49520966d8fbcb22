"""What people can ask of the house: submit, look, steer, fetch. Use cases over ports only.

Synchronous, thread-safe and without state of its own; every method checks that the job belongs to
the user who asks.
"""

from pagemill.service.changes import Changed, ChangeDesk
from pagemill.service.contents import Known, ingest_key, known_contents, options_name
from pagemill.service.dead_letters import DeadLetterDesk, TriedAgain, may_go_right
from pagemill.service.desk import Limits, News, Service
from pagemill.service.finding import Hit, Hits, SearchDesk
from pagemill.service.housekeeping import Advice, Cleaned, Condition, Housekeeping
from pagemill.service.names import address_name, clean_filename, download_name
from pagemill.service.new_jobs import Asked
from pagemill.service.office import MySettings, Office, SettingsChange
from pagemill.service.overview import Capacity, Overview
from pagemill.service.revision import Corrected, RevisionDesk, TextChanged, Wish
from pagemill.service.steering import Moved, Steering, Target

__all__ = [
    "Advice",
    "Asked",
    "Capacity",
    "ChangeDesk",
    "Changed",
    "Cleaned",
    "Condition",
    "Corrected",
    "DeadLetterDesk",
    "Hit",
    "Hits",
    "Housekeeping",
    "Known",
    "Limits",
    "Moved",
    "MySettings",
    "News",
    "Office",
    "Overview",
    "RevisionDesk",
    "SearchDesk",
    "Service",
    "SettingsChange",
    "Steering",
    "Target",
    "TextChanged",
    "TriedAgain",
    "Wish",
    "address_name",
    "clean_filename",
    "download_name",
    "ingest_key",
    "known_contents",
    "may_go_right",
    "options_name",
]
