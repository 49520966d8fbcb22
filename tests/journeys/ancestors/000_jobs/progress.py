"""Example 2, progress monitoring.

progress.py ADDRESS FILE PAUSE_SECONDS
"""

import json
import sys
import time

from api import create_job, get_job_status

_, _, DOCUMENT, PAUSE = sys.argv
seen = []

job_id = create_job(DOCUMENT)

while True:
    status = get_job_status(job_id)
    
    pages = f"{status['processed_pages']}/{status['total_pages']}"
    print(f"[{status['status']}] {status['progress']:.1f}% - Pages: {pages}")
    seen.append(status)
    
    if status['status'] in ['completed', 'failed']:
        break
    
    time.sleep(float(PAUSE))

print(json.dumps({"job_id": job_id, "seen": seen}))
