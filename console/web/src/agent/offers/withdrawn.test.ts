import { expect, test } from 'vitest';
import type { Entry } from '@/agent/desk/queries';
import { answering, withdrawn } from '@/agent/offers/withdrawn';

const entry = (id: string, kind: Entry['kind']) => ({ interaction_id: id, kind }) as Entry;
const idsOf = (entries: readonly Entry[]) => entries.map(one => one.interaction_id);

test('an offer that is gone is told; one that became the agent’s, and what is no offer, is not', () => {
  const known = [entry('gone', 'offer'), entry('mine', 'offer'), entry('stays', 'offer'), entry('closed', 'owned')];
  expect(idsOf(withdrawn(known, [entry('mine', 'owned'), entry('stays', 'offer')]))).toEqual(['gone']);
});

test('an offer that the agent rejects goes in silence, and is told when it comes and goes again', async () => {
  await answering('i1', () => Promise.resolve());
  expect(withdrawn([entry('i1', 'offer')], [])).toEqual([]);
  expect(idsOf(withdrawn([entry('i1', 'offer')], []))).toEqual(['i1']);
});

test('a click that fails was no answer', async () => {
  const refused = answering('i2', () => Promise.reject(new Error('gone')));
  await expect(refused).rejects.toThrow('gone');
  expect(idsOf(withdrawn([entry('i2', 'offer')], []))).toEqual(['i2']);
});
