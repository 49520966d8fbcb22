"""Example 3, batch processing. The first file is sent with a prompt, the others without.

batch.py ADDRESS FOLDER PAUSE_SECONDS FILE...
"""

import json
import os
import sys
import time

import api
from api import get_job_status

FOLDER, PAUSE, *pdf_files = sys.argv[2:]
prompts = ["<image>Convert to markdown"]
downloaded = {}


def create_job(pdf_file):
    return api.create_job(pdf_file, prompts.pop() if prompts else None)


def download_result(job_id):
    with open(os.path.join(FOLDER, f"{job_id}.md"), "w", encoding="utf-8") as f:
        f.write(api.download_result(job_id))
    downloaded[job_id] = status


# Submit multiple jobs
job_ids = []
for pdf_file in pdf_files:
    job_id = create_job(pdf_file)
    job_ids.append(job_id)
    print(f"Submitted: {job_id}")

# Check all periodically
while job_ids:
    for job_id in job_ids[:]:
        status = get_job_status(job_id)
        if status['status'] == 'completed':
            download_result(job_id)
            job_ids.remove(job_id)
    
    time.sleep(float(PAUSE))

print(json.dumps({"downloaded": downloaded}))
