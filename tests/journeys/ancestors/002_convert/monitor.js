// Monitors one conversion via WebSocket, as the document does.
//
// node monitor.js ADDRESS CONVERSION_ID
//
// Node 20 has no WebSocket of its own: `ws` speaks the browsers' interface.
import WebSocket from 'ws';

const [address, conversionId] = process.argv.slice(2);
const seen = [];

const ws = new WebSocket(`${address.replace(/^http/, 'ws')}/ws/conversion/${conversionId}`);

ws.onmessage = (event) => {
  const data = JSON.parse(event.data);
  console.log(`Progress: ${data.progress}% - ${data.message}`);
  seen.push(data);
  
  if (data.status === "completed") {
    console.log("Conversion complete!");
    ws.close();
  }
};

ws.onerror = (error) => {
  console.error("WebSocket error:", error.message);
};

ws.onclose = ({ code, reason }) => {
  if (seen.at(-1)?.status === "completed") {
    console.log(JSON.stringify({ seen }));
  } else {
    console.error(`closed before the end: ${code} ${reason}`);
    process.exitCode = 1;
  }
};
