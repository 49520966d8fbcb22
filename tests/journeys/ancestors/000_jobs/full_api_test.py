"""What the document's automated test goes through, one check after the other.

full_api_test.py ADDRESS FILE PAUSE_SECONDS
"""

import json
import sys
import time

import requests

from api import API, create_job, download_result, get_job_status

_, _, DOCUMENT, PAUSE = sys.argv
passed = []


def check(what, holds, found):
    if not holds:
        sys.exit(f"{what} failed: {found}")
    print(f"{what}: passed")
    passed.append(what)


health = requests.get(f"{API}/health").json()
counts = [health[name] for name in ("active_jobs", "queued_jobs", "total_jobs")]
is_well = health["status"] == "healthy" and health["model_loaded"] is True
check("Health check", is_well and all(isinstance(count, int) for count in counts), health)

job_id = create_job(DOCUMENT, "<image>Convert to markdown")
check("Job creation", bool(job_id), job_id)

status = get_job_status(job_id)
check("Status checking", status["job_id"] == job_id and status["error"] is None, status)

seen = [status["progress"]]
while status["status"] in ("queued", "processing"):
    time.sleep(float(PAUSE))
    status = get_job_status(job_id)
    seen.append(status["progress"])
is_done = status["status"] == "completed" and status["processed_pages"] == status["total_pages"]
check("Progress polling", is_done and seen == sorted(seen) and seen[-1] == 100, (status, seen))

result = download_result(job_id)
check("Result download", bool(result.strip()), result)

metadata = requests.get(f"{API}/jobs/{job_id}/metadata")
check("Metadata retrieval", metadata.ok and isinstance(metadata.json(), dict), metadata.text)

listing = requests.get(f"{API}/jobs").json()
check("Job listing", job_id in [job["job_id"] for job in listing["jobs"]], listing)

print(json.dumps({"passed": passed, "status": status, "result": result}))
