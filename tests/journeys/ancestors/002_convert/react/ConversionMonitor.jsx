import { useState, useEffect } from 'react';

function ConversionMonitor({ filename }) {
  const [conversionId, setConversionId] = useState(null);
  const [progress, setProgress] = useState(0);
  const [status, setStatus] = useState('idle');

  // Start conversion
  const handleConvert = async () => {
    const formData = new FormData();
    formData.append('filename', filename);
    
    const response = await fetch('http://localhost:8080/convert', {
      method: 'POST',
      body: formData
    });
    
    const data = await response.json();
    setConversionId(data.conversion_id);
    setStatus('processing');
  };

  // Monitor via WebSocket
  useEffect(() => {
    if (!conversionId) return;

    const ws = new WebSocket(
      `ws://localhost:8080/ws/conversion/${conversionId}`
    );

    ws.onmessage = (event) => {
      const data = JSON.parse(event.data);
      setProgress(data.progress);
      setStatus(data.status);
    };

    return () => ws.close();
  }, [conversionId]);

  return (
    <div>
      <button onClick={handleConvert}>Convert {filename}</button>
      <div>Status: {status}</div>
      <div>Progress: {progress}%</div>
      <progress value={progress} max={100} />
    </div>
  );
}
