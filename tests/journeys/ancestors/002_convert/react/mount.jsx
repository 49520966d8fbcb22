// The page around the component: mounts it, and notes every text it shows and whether it
// failed.
import { createRoot } from 'react-dom/client';

window.shown = [];
window.addEventListener('unhandledrejection', () => { window.hasFailed = true; });
const place = document.getElementById('root');
const note = () => {
  const text = [...place.querySelectorAll('#root > div > div')].map((div) => div.textContent).join(', ');
  if (text && text !== window.shown.at(-1)) window.shown.push(text);
};
new MutationObserver(note).observe(place, { childList: true, subtree: true, characterData: true });

const filename = new URLSearchParams(location.search).get('filename');
createRoot(place).render(<ConversionMonitor filename={filename} />);
