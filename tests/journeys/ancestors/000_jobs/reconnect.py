"""Progress monitoring that outlives the server's absence: the connection drops, the job id stays.

reconnect.py ADDRESS FILE RESULT PAUSE_SECONDS
"""

import json
import sys
import time

import requests

from api import create_job, download_result, get_job_status

_, _, DOCUMENT, RESULT, PAUSE = sys.argv
seen, lost = [], 0

job_id = create_job(DOCUMENT)
print(f"Job ID: {job_id}", flush=True)

while True:
    try:
        status = get_job_status(job_id)
    except requests.ConnectionError:
        lost += 1
        print("connection lost, trying again", flush=True)
        time.sleep(float(PAUSE))
        continue

    print(f"[{status['status']}] {status['processed_pages']}/{status['total_pages']}", flush=True)
    seen.append(status)
    if status['status'] in ['completed', 'failed']:
        break
    time.sleep(float(PAUSE))

with open(RESULT, "w", encoding="utf-8") as f:
    f.write(download_result(job_id))
print(json.dumps({"job_id": job_id, "lost": lost, "seen": seen}))
