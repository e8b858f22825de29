/** The list of routing actions while it is edited. Pure: positions count from 1 and jumps follow the entries they name. */
import type { View } from '@/api/configuration';

export type Action = View<'accounts'>['actions'][number];
export type ActionName = NonNullable<Action['action']>;

/** An entry under an id of its own, which it keeps wherever it is moved. */
export interface Entry {
  uid: string;
  action: Action;
}

let made = 0;
const newUid = () => {
  made += 1;
  return `entry-${made}`;
};

export const asEntries = (actions: readonly Action[]): Entry[] => actions.map(action => ({ uid: newUid(), action }));
export const actionsOf = (entries: readonly Entry[]): Action[] => entries.map(entry => entry.action);

const interval = null;

/** A new action, with what it needs where that is there. */
export function newAction(name: ActionName, first: { queue: string; agent: string }): Action {
  switch (name) {
    case 'Queue':
      return { action: name, queue: first.queue, timeout: 120, interval };
    case 'Agent':
      return { action: name, agent: first.agent, timeout: 60, interval };
    case 'Gotoif':
      return { action: name, condition: '', if_true: null, if_false: null, interval };
    case 'Goto':
      return { action: name, position: 1, interval };
    case 'AutoReply':
      return { action: name, text: '', times: 'once', interval };
    case 'Close':
      return { action: name, disposition: '', interval };
    case 'Tag':
      return { action: name, tag: '', interval };
    case 'Webhook':
      return { action: name, url: '', timeout: 5, interval };
    case 'Noop':
      return { action: name, text: '', interval };
  }
}

type Follow = (position: number) => number | null;

function withJumps(action: Action, follow: Follow): Action {
  if (action.action === 'Goto') return { ...action, position: follow(action.position) ?? action.position };
  if (action.action !== 'Gotoif') return action;
  const jump = (position: number | null) => (position === null ? null : follow(position));
  return { ...action, if_true: jump(action.if_true), if_false: jump(action.if_false) };
}

/** The entries in another order or number; jumps go on naming the entries that they named. */
function rearranged(before: readonly Entry[], after: readonly Entry[]): Entry[] {
  const places = new Map(after.map((entry, index) => [entry.uid, index + 1]));
  const follow: Follow = position => {
    const named = before[position - 1];
    return named ? (places.get(named.uid) ?? null) : position;
  };
  return after.map(entry => ({ ...entry, action: withJumps(entry.action, follow) }));
}

export function moved(entries: readonly Entry[], from: number, to: number): Entry[] {
  const after = [...entries];
  const [entry] = after.splice(from, 1);
  if (!entry || to < 0 || to > after.length) return [...entries];
  after.splice(to, 0, entry);
  return rearranged(entries, after);
}

export function inserted(entries: readonly Entry[], at: number, action: Action): { entries: Entry[]; uid: string } {
  const entry = { uid: newUid(), action };
  // What it jumps to is said in the old positions, as those of all others are.
  const after = [...entries.slice(0, at), entry, ...entries.slice(at)];
  return { entries: rearranged(entries, after), uid: entry.uid };
}

export const without = (entries: readonly Entry[], uid: string): Entry[] =>
  rearranged(
    entries,
    entries.filter(entry => entry.uid !== uid),
  );

export const replaced = (entries: readonly Entry[], uid: string, action: Action): Entry[] =>
  entries.map(entry => (entry.uid === uid ? { uid, action } : entry));

const written = (action: Action): string =>
  JSON.stringify(Object.entries(action).sort(([one], [other]) => one.localeCompare(other)));

/** Whether two lists say the same; the API names the fields in an order of its own. */
export const same = (one: readonly Action[], other: readonly Action[]): boolean =>
  one.length === other.length && one.every((action, index) => written(action) === written(other[index] ?? action));

/** The entries as they were saved, each where it was. */
export const adopted = (entries: readonly Entry[], actions: readonly Action[]): Entry[] =>
  entries.map((entry, index) => ({ ...entry, action: actions[index] ?? entry.action }));

/** The positions that an entry may jump to. */
export function jumpsOf(action: Action): number[] {
  if (action.action === 'Goto') return [action.position];
  if (action.action !== 'Gotoif') return [];
  return [action.if_true, action.if_false].filter(one => one !== null);
}
