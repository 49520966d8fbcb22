"""Reads a user's settings, changes them, reads them again.

settings.py ADDRESS CONCURRENT_OCR_JOBS OCR_TIMEOUT_SECONDS ENABLE_BACKGROUND_OCR
"""

import json
import sys

import requests

API, JOBS, TIMEOUT, IS_ENABLED = sys.argv[1:]
wanted = {
    "concurrent_ocr_jobs": int(JOBS),
    "ocr_timeout_seconds": int(TIMEOUT),
    "enable_background_ocr": IS_ENABLED == "true",
}


def read():
    response = requests.get(f"{API}/api/settings")
    response.raise_for_status()
    return response.json()


before = read()
response = requests.put(f"{API}/api/settings", json=before | wanted)
response.raise_for_status()
after = read()

print(json.dumps({"before": before, "after": after}))
if {name: after[name] for name in wanted} != wanted:
    sys.exit(f"the settings are {after}, not {wanted}")
