// The document's JavaScript example: upload, extract in the background, poll.
//
// node client.js ADDRESS FILE PAUSE_MS
//
// A page's relative addresses are resolved against ADDRESS, as a browser would.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

const [address, file, pause] = process.argv.slice(2);
const fetch = (path, options) => globalThis.fetch(new URL(path, address), options);
const formData = new FormData();
formData.append('file', new Blob([readFileSync(file)]), basename(file));
const states = [];
let last;
process.on('exit', () => console.log(JSON.stringify({ file_id, task_id, states, last })));

// Upload file
const uploadResponse = await fetch('/api/upload', {
  method: 'POST',
  body: formData
});
const { file_id } = await uploadResponse.json();

// Extract with async
const extractResponse = await fetch(`/api/extract/${file_id}`, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ async: true })
});
const { task_id } = await extractResponse.json();

// Poll for results
const pollInterval = setInterval(async () => {
  const statusResponse = await fetch(`/api/task/${task_id}`);
  const status = await statusResponse.json();
  states.push(status.state);

  if (status.state === 'SUCCESS') {
    clearInterval(pollInterval);
    const extractedData = status.result.data;
    last = { ...status, extractedData };
  } else if (status.state === 'FAILURE') {
    clearInterval(pollInterval);
    console.error('Extraction failed:', status.error);
    last = status;
    process.exitCode = 1;
  } else {
    console.log('Status:', status.status);
  }
}, Number(pause)); // Poll every second
