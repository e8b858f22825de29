import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Change, LiveFeed } from '@/live/feed';

interface Connection {
  headers: Record<string, string>;
  signal: AbortSignal;
  say: (text: string) => void;
  end: () => void;
}

const CHANGE = 'id: 7-0\nevent: change\ndata: {"kind":"agent","id":"a1","at":"2026-11-23T08:00:00Z"}\n\n';
const LONGEST_MS = 15_000 * 1.25;

let connections: Connection[];
let status: number;
let feed: LiveFeed;
let changes: Change[];
let resets: number;

function connect(_url: string, { headers, signal }: { headers: Record<string, string>; signal: AbortSignal }) {
  let stream: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start: controller => {
      stream = controller;
    },
  });
  signal.addEventListener('abort', () => stream?.error(new Error('aborted')));
  connections.push({
    headers,
    signal,
    say: text => stream?.enqueue(new TextEncoder().encode(text)),
    end: () => stream?.close(),
  });
  return Promise.resolve(new Response(status === 200 ? body : null, { status }));
}

const passed = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
const latest = (): Connection => {
  const connection = connections.at(-1);
  if (!connection) throw new Error('nobody has connected');
  return connection;
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('window', new EventTarget());
  vi.stubGlobal('fetch', connect);
  [connections, changes, status, resets] = [[], [], 200, 0];
  feed = new LiveFeed();
  feed.listen({
    changed: change => changes.push(change),
    reset: () => {
      resets += 1;
    },
  });
});

afterEach(() => {
  feed.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the live feed', () => {
  test('has everything fetched when it opens for the first time, and tells changes', async () => {
    feed.start();
    await passed();
    latest().say(CHANGE);
    await passed();
    expect(feed.state).toEqual({ state: 'open' });
    expect(resets).toBe(1);
    expect(changes.map(change => change.id)).toEqual(['a1']);
  });

  test('goes on where it was after a loss, and has nothing fetched again', async () => {
    feed.start();
    await passed();
    latest().say(CHANGE);
    await passed();
    latest().end();
    await passed();
    expect(feed.state.state).toBe('lost');
    await passed(LONGEST_MS);
    expect(connections).toHaveLength(2);
    expect(latest().headers['Last-Event-ID']).toBe('7-0');
    expect(feed.state.state).toBe('open');
    expect(resets).toBe(1);
  });

  test('has everything fetched when the server says that too much was missed', async () => {
    feed.start();
    await passed();
    latest().say('id: 9-0\nevent: reset\ndata:\n\n');
    await passed();
    expect(resets).toBe(2);
  });

  test('waits longer from failure to failure, up to a bound, and not at all when it is told so', async () => {
    status = 503;
    feed.start();
    await passed();
    const waits: number[] = [];
    for (let failure = 0; failure < 8; failure += 1) {
      if (feed.state.state !== 'lost') throw new Error(feed.state.state);
      const wait = feed.state.retryAt - Date.now();
      waits.push(wait);
      await passed(Math.ceil(wait));
    }
    expect(waits[0]).toBeLessThan(700);
    expect(waits[3]).toBeGreaterThan(waits[0] ?? 0);
    expect(Math.max(...waits)).toBeLessThanOrEqual(LONGEST_MS);

    const before = connections.length;
    status = 200;
    feed.retryNow();
    await passed();
    expect(connections).toHaveLength(before + 1);
    expect(feed.state.state).toBe('open');
  });

  test('takes a connection that says nothing for long as dead', async () => {
    feed.start();
    await passed();
    const first = latest();
    await passed(39_000);
    first.say(': alive\n\n');
    await passed(39_000);
    expect(first.signal.aborted).toBe(false);
    await passed(2_000);
    expect(first.signal.aborted).toBe(true);
  });

  test('does not come back when the session has ended', async () => {
    status = 401;
    feed.start();
    await passed(10 * LONGEST_MS);
    expect(feed.state.state).toBe('refused');
    expect(connections).toHaveLength(1);
  });

  test('holds one connection however often it is asked to connect, and none when it has stopped', async () => {
    feed.start();
    await passed();
    feed.retryNow();
    window.dispatchEvent(new Event('online'));
    await passed(1000);
    expect(connections.filter(one => !one.signal.aborted)).toHaveLength(1);
    feed.stop();
    await passed(LONGEST_MS);
    expect(connections.filter(one => !one.signal.aborted)).toHaveLength(0);
    expect(connections).toHaveLength(1);
  });
});
