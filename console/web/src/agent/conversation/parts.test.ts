import { expect, test } from 'vitest';
import { merged, type Part } from '@/agent/conversation/parts';
import type { Interaction, Note, StoredMessage } from '@/agent/desk/queries';

const message = (sequence: number, state = 'sent') => ({ id: `m${sequence}`, sequence, state }) as StoredMessage;
const part = (interaction: string, ...messages: StoredMessage[]): Part => ({
  interaction: { id: interaction } as Interaction,
  messages,
  notes: [],
  before: null,
});
const sequences = (parts: readonly (Part | null)[]) => parts.map(one => one?.messages.map(each => each.sequence));

test('what comes in out of order is put in its place, and only once', () => {
  const once = merged([part('i1', message(1), message(4))], 'i1', [message(3), message(2), message(4)], []);
  expect(sequences(once)).toEqual([[1, 2, 3, 4]]);
  expect(sequences(merged(once, 'i1', [message(2), message(3)], []))).toEqual([[1, 2, 3, 4]]);
});

test('a message that has changed is changed in whichever part it stands', () => {
  const parts = merged([part('i1', message(3)), part('i1', message(1), message(2))], 'i1', [message(2, 'read')], []);
  expect(sequences(parts)).toEqual([[3], [1, 2]]);
  expect(parts[1]?.messages[1]?.state).toBe('read');
});

test('other interactions, and the beginning of the history, stay as they are', () => {
  const before = [part('i2', message(1)), part('i1', message(1)), null];
  const after = merged(before, 'i2', [message(2)], [{ id: 'n1' } as Note]);
  expect(sequences(after)).toEqual([[1, 2], [1], undefined]);
  expect(after[1]).toBe(before[1]);
  expect(merged(after, 'i2', [], [{ id: 'n1' } as Note])[0]?.notes).toHaveLength(1);
});
