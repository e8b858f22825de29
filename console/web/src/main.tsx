import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@/main.css';
import { createRoot } from 'react-dom/client';
import { App } from '@/App';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(<App />);
