// Fails when what a first visit loads (the page, the entry with its static imports, their styles) is 300 kB gzipped or more.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const MOST = 300 * 1000;
const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));

/** The files of a chunk and of everything that it imports statically. */
function filesOf(key, seen = new Set()) {
  if (seen.has(key)) return [];
  seen.add(key);
  const chunk = manifest[key];
  return [chunk.file, ...(chunk.css ?? []), ...(chunk.imports ?? []).flatMap(one => filesOf(one, seen))];
}

const files = ['index.html', 'scheme.js', ...new Set(filesOf('index.html'))];
const bytes = files.map(file => gzipSync(readFileSync(new URL(file, dist))).length).reduce((a, b) => a + b, 0);
process.stdout.write(`first load: ${Math.round(bytes / 1000)} kB gzipped in ${files.length} files\n`);
if (bytes >= MOST) {
  process.stderr.write(`first load must be under ${MOST / 1000} kB\n`);
  process.exit(1);
}
