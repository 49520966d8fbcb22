"""Watches the queue until it has drained, as the ingestion's `--monitor` does.

monitor.py ADDRESS PAUSE_SECONDS
"""

import json
import sys
import time

import requests

API, PAUSE = sys.argv[1:]
seen = []

while True:
    response = requests.get(f"{API}/api/queue/stats")
    response.raise_for_status()
    stats = response.json()
    seen.append(stats)
    print(
        f"{stats['pending']} pending, {stats['processing']} processing, {stats['failed']} failed, "
        f"{stats['completed_today']} completed today, "
        f"waiting {stats['avg_wait_time_minutes']} minutes on average, "
        f"at most {stats['oldest_pending_minutes']}",
        flush=True,
    )
    if stats["pending"] == 0 and stats["processing"] == 0:
        break
    time.sleep(float(PAUSE))

print(json.dumps({"seen": seen}))
