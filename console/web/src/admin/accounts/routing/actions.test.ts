import { expect, test } from 'vitest';
import {
  type Action,
  actionsOf,
  adopted,
  asEntries,
  inserted,
  moved,
  newAction,
  same,
  without,
} from '@/admin/accounts/routing/actions';

const note = (text: string): Action => ({ action: 'Noop', text, interval: null });
const jump = (position: number): Action => ({ action: 'Goto', position, interval: null });
const branch = (if_true: number | null): Action => ({
  action: 'Gotoif',
  condition: 'true',
  if_true,
  if_false: null,
  interval: null,
});
const list = () => asEntries([branch(3), note('b'), note('c'), jump(2)]);
const jumps = (actions: Action[]) =>
  actions.map(one => (one.action === 'Goto' ? one.position : one.action === 'Gotoif' ? one.if_true : null));

test('jumps follow the entries that they name, wherever these are moved', () => {
  expect(jumps(actionsOf(moved(list(), 2, 0)))).toEqual([null, 1, null, 3]);
  expect(jumps(actionsOf(moved(list(), 0, 3)))).toEqual([null, null, 1, 2]);
  expect(jumps(actionsOf(inserted(list(), 0, note('new')).entries))).toEqual([null, 4, null, null, 3]);
});

test('a branch to an entry that is removed goes on with the next one', () => {
  const entries = list();
  expect(jumps(actionsOf(without(entries, entries[2]?.uid ?? '')))).toEqual([null, null, 2]);
});

test('an entry is not moved beyond the ends', () => {
  const entries = list();
  expect(moved(entries, 0, -1)).toEqual(entries);
  expect(moved(entries, 3, 4)).toEqual(entries);
});

test('a list is the same in whichever order its fields are named, and another one when a value is', () => {
  const given = newAction('Queue', { queue: 'q1', agent: '' });
  const told = { interval: null, action: 'Queue', queue: 'q1', timeout: 120 } as Action;
  expect(same([given], [told])).toBe(true);
  expect(same([given], [{ ...told, queue: 'q2' } as Action])).toBe(false);
  expect(same([given], [told, told])).toBe(false);
});

test('what was saved is taken over under the entries that there are', () => {
  const entries = asEntries([note(' b ')]);
  const after = adopted(entries, [note('b')]);
  expect(actionsOf(after)).toEqual([note('b')]);
  expect(after[0]?.uid).toBe(entries[0]?.uid);
});
