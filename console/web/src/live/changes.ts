/** What each kind of change makes old. */
import { keys, queryClient } from '@/api/queries';
import type { Change } from '@/live/feed';

type Key = readonly unknown[];

const OLD_BY_KIND: Record<string, (change: Change) => readonly Key[]> = {
  message: change => (change.interaction_id ? [keys.interaction(change.interaction_id)] : []),
  interaction: change => [
    keys.interaction(change.id),
    keys.trace(change.id),
    keys.interactions(),
    keys.operations('figures'),
  ],
  agent_queue: change => [keys.agentQueue(change.agent_id ?? change.id)],
  agent: change => {
    const agent = change.agent_id ?? change.id;
    return [keys.presence(agent), keys.configuration('desk'), keys.operations('figures')];
  },
  configuration: () => [keys.configuration()],
};

/** What is long, or touched by everything that happens anywhere, is fetched again at most this often. */
const SELDOM_MS = 2000;
const SELDOM = new Set<unknown>([keys.interactions()[0], keys.operations()[0], keys.configuration()[0]]);
/** The rest: at once where nothing was a moment ago, else together with what comes in this time. */
const OFTEN_MS = 150;

class Pace {
  private readonly waiting = new Map<string, Key>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private last = 0;

  constructor(private readonly everyMs: number) {}

  add(key: Key): void {
    this.waiting.set(JSON.stringify(key), key);
    if (this.timer === undefined) {
      this.timer = setTimeout(this.fetchAgain, Math.max(0, this.last + this.everyMs - Date.now()));
    }
  }

  private readonly fetchAgain = (): void => {
    this.timer = undefined;
    this.last = Date.now();
    const wanted = [...this.waiting.values()];
    this.waiting.clear();
    for (const queryKey of wanted) void queryClient.invalidateQueries({ queryKey });
  };
}

const often = new Pace(OFTEN_MS);
const seldom = new Pace(SELDOM_MS);

/** Have what a change makes old fetched again. */
export function apply(change: Change): void {
  for (const key of OLD_BY_KIND[change.kind]?.(change) ?? []) (SELDOM.has(key[0]) ? seldom : often).add(key);
}

/** Everything may be old. */
export function applyReset(): void {
  void queryClient.invalidateQueries({ predicate: query => query.queryKey[0] !== keys.session[0] });
}
