"""What the document's examples call without showing it. The first argument of every client here is
the server's address.
"""

import os
import sys

import requests

API = sys.argv[1]


def create_job(pdf_file, prompt=None):
    with open(pdf_file, "rb") as f:
        response = requests.post(
            f"{API}/jobs/create",
            files={"file": (os.path.basename(pdf_file), f, "application/pdf")},
            data={"prompt": prompt} if prompt else None,
            timeout=30,
        )
    response.raise_for_status()
    return response.json()["job_id"]


def get_job_status(job_id):
    response = requests.get(f"{API}/jobs/{job_id}", timeout=30)
    response.raise_for_status()
    return response.json()


def is_completed(job_id):
    status = get_job_status(job_id)
    if status["status"] in ["failed", "cancelled"]:
        sys.exit(f"{job_id} {status['status']}: {status['error']}")
    return status["status"] == "completed"


def download_result(job_id):
    response = requests.get(f"{API}/jobs/{job_id}/download", timeout=30)
    response.raise_for_status()
    return response.text
