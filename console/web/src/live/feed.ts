/**
 * The live feed: one connection to `/api/live` for the whole page. It says what has changed, by ids alone; whoever shows
 * that fetches it again. After a loss it goes on where it was (`Last-Event-ID`); when too much was missed the server
 * says `reset`, and everything is fetched again.
 */
import { EventParser, type ServerEvent } from '@/live/stream';

export interface Change {
  kind: string;
  id: string;
  interaction_id?: string;
  account_id?: string;
  agent_id?: string;
  at: string;
}

export type FeedState =
  | { state: 'connecting' }
  | { state: 'open' }
  | { state: 'lost'; retryAt: number }
  | { state: 'refused' };

interface Listener {
  changed: (change: Change) => void;
  /** What was known may be old: fetch it again. */
  reset: () => void;
}

const URL = '/api/live';
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** The server says something every 15 s; a connection that is silent for longer is dead, though nobody has said so. */
const SILENCE_MS = 40_000;
const REFUSALS = [401, 403];

export class LiveFeed {
  private readonly listeners = new Set<Listener>();
  private readonly watchers = new Set<() => void>();
  private current: FeedState = { state: 'connecting' };
  private lastId = '';
  private failures = 0;
  private attempt: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  get state(): FeedState {
    return this.current;
  }

  start(): void {
    window.addEventListener('online', this.retryNow);
    this.connect();
  }

  stop(): void {
    window.removeEventListener('online', this.retryNow);
    clearTimeout(this.timer);
    this.attempt?.abort();
    this.attempt = null;
  }

  /** Be told of changes, until the function that is returned is called. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Be told when the state is another one. */
  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Do not wait for the next try. */
  retryNow = (): void => {
    if (this.current.state === 'lost') this.connect();
  };

  private connect(): void {
    clearTimeout(this.timer);
    this.attempt?.abort();
    const attempt = new AbortController();
    this.attempt = attempt;
    this.become({ state: 'connecting' });
    this.read(attempt)
      .catch(() => undefined)
      .finally(() => {
        if (this.attempt === attempt) this.lost();
      });
  }

  private async read(attempt: AbortController): Promise<void> {
    const headers: Record<string, string> = { Accept: 'text/event-stream' };
    if (this.lastId) headers['Last-Event-ID'] = this.lastId;
    const response = await fetch(URL, {
      headers,
      signal: attempt.signal,
      credentials: 'same-origin',
      cache: 'no-store',
    });
    if (REFUSALS.includes(response.status)) {
      this.attempt = null;
      this.become({ state: 'refused' });
      return;
    }
    if (!response.ok || !response.body) throw new Error(`the live feed answered ${response.status}`);
    this.opened();
    await this.consume(response.body, attempt);
  }

  private async consume(body: ReadableStream<Uint8Array<ArrayBuffer>>, attempt: AbortController): Promise<void> {
    const parser = new EventParser();
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let silence = setTimeout(() => attempt.abort(), SILENCE_MS);
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        clearTimeout(silence);
        silence = setTimeout(() => attempt.abort(), SILENCE_MS);
        for (const event of parser.push(value)) this.take(event);
      }
    } finally {
      clearTimeout(silence);
    }
  }

  private opened(): void {
    // Without a place to go on from, what happened while nobody listened is unknown, also before the first time.
    if (!this.lastId) this.reset();
    this.failures = 0;
    this.become({ state: 'open' });
  }

  private take(event: ServerEvent): void {
    if (event.id) this.lastId = event.id;
    if (event.event === 'reset') this.reset();
    if (event.event === 'change') {
      const change = JSON.parse(event.data) as Change;
      for (const listener of this.listeners) listener.changed(change);
    }
  }

  private reset(): void {
    for (const listener of this.listeners) listener.reset();
  }

  private lost(): void {
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.failures) * (0.75 + Math.random() / 2);
    this.failures += 1;
    this.become({ state: 'lost', retryAt: Date.now() + wait });
    this.timer = setTimeout(() => this.connect(), wait);
  }

  private become(state: FeedState): void {
    this.current = state;
    for (const watcher of this.watchers) watcher();
  }
}
