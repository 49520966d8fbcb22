"""A WebSocket monitor that outlives the server's absence: it connects again with the same id until
the conversion has ended.

reconnect.py ADDRESS FILENAME PAUSE_SECONDS
"""

import json
import sys
import time

import requests
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect

API, FILENAME, PAUSE = sys.argv[1:]
WS = "ws" + API.removeprefix("http")
ENDS = ("completed", "failed")
messages, lost = [], 0


def listen(conversion_id):
    """Messages until the end of the conversion or of the connection."""
    with connect(f"{WS}/ws/conversion/{conversion_id}") as ws:
        for text in ws:
            data = json.loads(text)
            messages.append(data)
            print(f"Progress: {data['progress']}% - {data['message']}", flush=True)
            if data["status"] in ENDS:
                return


response = requests.post(f"{API}/convert", data={"filename": FILENAME})
response.raise_for_status()
conversion_id = response.json()["conversion_id"]
print(f"Conversion ID: {conversion_id}", flush=True)

while True:
    try:
        listen(conversion_id)
    except (OSError, ConnectionClosed, InvalidHandshake) as error:
        print(f"connection lost: {error}", flush=True)
    if messages and messages[-1]["status"] in ENDS:
        break
    lost += 1
    time.sleep(float(PAUSE))

print(json.dumps({"conversion_id": conversion_id, "lost": lost, "messages": messages}))
