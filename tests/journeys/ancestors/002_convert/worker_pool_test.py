"""The document's automated test: several conversions at once, each monitored via WebSocket, the
queue's status meanwhile, and a summary.

worker_pool_test.py ADDRESS PAUSE_SECONDS FILENAME...
"""

import asyncio
import json
import sys

import requests
import websockets

API, PAUSE, *FILENAMES = sys.argv[1:]
WS = "ws" + API.removeprefix("http")


def start(filename):
    response = requests.post(f"{API}/convert", data={"filename": filename})
    response.raise_for_status()
    return response.json()


async def monitor(accepted):
    """Every message of one conversion until its end."""
    messages = []
    async with websockets.connect(f"{WS}/ws/conversion/{accepted['conversion_id']}") as ws:
        async for text in ws:
            data = json.loads(text)
            messages.append(data)
            print(f"{accepted['filename']}: {data['progress']}% - {data['message']}")
            if data["status"] in ("completed", "failed"):
                break
    return {"accepted": accepted, "messages": messages}


async def watch_queue(pool):
    while True:
        response = await asyncio.to_thread(requests.get, f"{API}/worker-pool-status")
        pool.append(response.json())
        await asyncio.sleep(float(PAUSE))


async def main():
    pool = []
    watcher = asyncio.create_task(watch_queue(pool))
    accepted = await asyncio.gather(*(asyncio.to_thread(start, name) for name in FILENAMES))
    conversions = await asyncio.gather(*(monitor(one) for one in accepted))
    watcher.cancel()

    ends = [one["messages"][-1]["status"] for one in conversions]
    print(f"{ends.count('completed')} of {len(ends)} completed")
    print(json.dumps({"conversions": conversions, "pool": pool}))
    return 0 if set(ends) == {"completed"} else 1


sys.exit(asyncio.run(main()))
