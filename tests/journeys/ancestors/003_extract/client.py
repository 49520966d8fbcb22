"""Every request of the document, in Python.

client.py ADDRESS MODE FILE PAUSE_SECONDS

MODE is `async`, `process-async`, or a synchronous one by its body: `false` is {"async": false},
`omitted` an empty object, `bare` no body at all. Exit code 1 when the document could not be read.
"""

import json
import os
import sys
import time

import requests

API, MODE, DOCUMENT, PAUSE = sys.argv[1:]
BODIES = {"async": {"async": True}, "false": {"async": False}, "omitted": {}, "bare": None}


def upload():
    with open(DOCUMENT, "rb") as f:
        response = requests.post(
            f"{API}/api/upload", files={"file": (os.path.basename(DOCUMENT), f)}
        )
    response.raise_for_status()
    return response.json()


def extract(file_id):
    return requests.post(f"{API}/api/extract/{file_id}", json=BODIES[MODE])


def process(file_id):
    return requests.post(
        f"{API}/api/process-async",
        json={
            "file_id": file_id,
            "expense_data": {
                "vendor": "Adobe Systems",
                "amount": 52.99,
                "date": "2024-01-15",
                "category": "Software & Services",
                "description": "Monthly subscription",
            },
            "original_extraction": {"vendor": "Adobe", "amount": 52.99},
        },
    )


def poll(task_id):
    """Every answer until the task has ended."""
    seen = []
    while True:
        seen.append(requests.get(f"{API}/api/task/{task_id}").json())
        print(f"{seen[-1]['state']}: {seen[-1]['status']}")
        if seen[-1]["state"] in ("SUCCESS", "FAILURE"):
            return seen
        time.sleep(float(PAUSE))


uploaded = upload()
response = process(uploaded["file_id"]) if MODE == "process-async" else extract(uploaded["file_id"])
answer = response.json()
seen = poll(answer["task_id"]) if "task_id" in answer else []
is_read = seen[-1]["state"] == "SUCCESS" if seen else answer["success"]
print(
    json.dumps({"uploaded": uploaded, "code": response.status_code, "answer": answer, "seen": seen})
)
sys.exit(0 if is_read else 1)
