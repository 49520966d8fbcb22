"""The quick start's option C, line by line.

quick_start.py ADDRESS FILE RESULT PAUSE_SECONDS
"""

import json
import sys

import requests
import time

API, DOCUMENT, RESULT, PAUSE = sys.argv[1:]

# Create job
with open(DOCUMENT, "rb") as f:
    response = requests.post(
        f"{API}/jobs/create",
        files={"file": ("document.pdf", f, "application/pdf")},
        data={"prompt": "<image>Convert to markdown"}
    )
    job_id = response.json()["job_id"]
    print(f"Job ID: {job_id}")

# Poll for completion
while True:
    status = requests.get(f"{API}/jobs/{job_id}").json()
    print(f"{status['status']}: {status['progress']:.1f}% ({status['processed_pages']}/{status['total_pages']})")
    
    if status["status"] == "completed":
        break
    
    time.sleep(float(PAUSE))

# Download result
result = requests.get(f"{API}/jobs/{job_id}/download")
with open(RESULT, "wb") as f:
    f.write(result.content)

print(json.dumps({"created": response.json(), "status": status}))
