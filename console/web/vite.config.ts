import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const api = process.env.SWITCHBOARD_CONSOLE_URL ?? 'http://127.0.0.1:8090';

export default defineConfig({
  esbuild: { jsx: 'automatic' },
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // Where `npm run dev` finds the API: a console that runs already.
  server: { proxy: { '/api': api } },
  build: { target: 'es2022', manifest: true, assetsInlineLimit: 0, reportCompressedSize: false },
});
