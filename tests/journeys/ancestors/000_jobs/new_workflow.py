"""The comparison's new workflow: bytes without a name or a type, and no prompt.

new_workflow.py ADDRESS FILE RESULT PAUSE_SECONDS
"""

import json
import sys
import time

import requests

from api import API, download_result, is_completed

_, _, DOCUMENT, RESULT, PAUSE = sys.argv

with open(DOCUMENT, "rb") as f:
    pdf_data = f.read()

# Returns immediately
response = requests.post(
    f"{API}/jobs/create",
    files={"file": pdf_data},
    timeout=30  # Only 30 seconds needed
)
job_id = response.json()["job_id"]

# Poll at your convenience
while not is_completed(job_id):
    time.sleep(float(PAUSE))

# Download anytime
result = download_result(job_id)

with open(RESULT, "w", encoding="utf-8") as f:
    f.write(result)
print(json.dumps({"created": response.json()}))
