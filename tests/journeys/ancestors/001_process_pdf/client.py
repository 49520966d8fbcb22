"""The client of the flow chart: sends a PDF, keeps the job id, polls, gets the results.

client.py ADDRESS FILE FOLDER PAUSE_SECONDS [TOKEN]

With a token, it is sent as `Authorization: Bearer`, and a wrong one must be turned away.
"""

import io
import json
import os
import sys
import time
import zipfile

import requests

API, DOCUMENT, FOLDER, PAUSE, *TOKEN = sys.argv[1:]
HEADERS = {"Authorization": f"Bearer {TOKEN[0]}"} if TOKEN else {}
FILES = ("output.mmd", "output_det.mmd", "output_layouts.pdf")


def get(path, **query):
    return requests.get(f"{API}{path}", headers=HEADERS, params=query)


def answer(response, code=200):
    if response.status_code != code:
        sys.exit(f"{response.url}: {response.status_code} instead of {code}: {response.text}")
    return response


def send():
    with open(DOCUMENT, "rb") as f:
        files = {"file": (os.path.basename(DOCUMENT), f, "application/pdf")}
        return answer(requests.post(f"{API}/process_pdf", files=files, headers=HEADERS)).json()


def poll(job_id):
    """Steps 3 and 4 of the chart; what was answered, in order."""
    seen = []
    while True:
        info = answer(get(f"/result/{job_id}/status")).json()
        seen.append(info)
        print(f"{info['status']} ({info['processed_pages']}/{info['total_pages']} pages)")
        if info["status"] in ("pending", "processing"):
            time.sleep(float(PAUSE))
        elif info["status"] == "failed":
            sys.exit(f"failed: {info['error_message']}")
        elif info["status"] == "completed":
            return seen
        else:
            sys.exit(f"unknown status: {info}")


def keep(name, content):
    path = os.path.join(FOLDER, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(content)


def fetch(job_id):
    """Every file of the job's folder, one by one; their names."""
    names = list(FILES)
    names += [f"images/{name}" for name in answer(get(f"/result/{job_id}/images")).json()]
    for name in names:
        keep(name, answer(get(f"/result/{job_id}/{name}")).content)
    return names


def unpack(job_id):
    """The same as one archive; the names in it."""
    content = answer(get(f"/result/{job_id}/zip")).content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.namelist()


def listed(status):
    return [task["job_id"] for task in answer(get("/tasks", status=status)).json()["tasks"]]


def refused():
    """What a wrong token and an unknown id are answered."""
    wrong = requests.get(f"{API}/tasks", headers={"Authorization": "Bearer wrong"})
    unknown = [get(f"/result/no-such-job/{part}").status_code for part in ("status", "markdown")]
    return {"wrong_token": wrong.status_code if TOKEN else None, "unknown_id": unknown}


answer(requests.get(f"{API}/health"))
created = send()
job_id = created["job_id"]
early = get(f"/result/{job_id}/markdown")
seen = poll(job_id)
keep("result.md", answer(get(f"/result/{job_id}/markdown")).content)
print(
    json.dumps(
        {
            "created": created,
            "early": early.status_code,
            "seen": seen,
            "files": fetch(job_id),
            "zip": unpack(job_id),
            "is_in_completed": job_id in listed("completed"),
            "is_in_pending": job_id in listed("pending"),
            "refused": refused(),
        }
    )
)
