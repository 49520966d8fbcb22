"""Example 1, process and forget: submit and walk away; hours later, another run downloads.

submit_and_forget.py ADDRESS FILE
submit_and_forget.py ADDRESS --later JOB_ID RESULT
"""

import json
import sys

import requests

from api import API, create_job


def submit(pdf_file):
    # Submit and walk away
    job_id = create_job(pdf_file)
    print(f"Job submitted: {job_id}")
    print("Come back later to download!")
    return job_id


def come_back(job_id, path):
    result = requests.get(f"{API}/jobs/{job_id}/download")
    if result.status_code != 200:
        sys.exit(f"no result yet: {result.status_code} {result.text}")
    with open(path, "wb") as f:
        f.write(result.content)
    return job_id


wanted = sys.argv[2:]
job_id = come_back(*wanted[1:]) if wanted[0] == "--later" else submit(*wanted)
print(json.dumps({"job_id": job_id}))
