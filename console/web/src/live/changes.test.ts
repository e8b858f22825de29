import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { queryClient } from '@/api/queries';
import { apply, applyReset } from '@/live/changes';

const at = '2026-11-23T08:00:00Z';
let asked: unknown[][];

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  vi.spyOn(queryClient, 'invalidateQueries').mockImplementation(filters => {
    asked.push([...((filters?.queryKey as unknown[] | undefined) ?? ['everything'])]);
    return Promise.resolve();
  });
});

afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('what many changes make old in a moment is fetched once', () => {
  vi.advanceTimersByTime(60_000);
  for (let place = 0; place < 50; place += 1) apply({ kind: 'message', id: `m${place}`, interaction_id: 'i1', at });
  vi.advanceTimersByTime(300);
  expect(asked).toHaveLength(1);
  expect(asked[0]).toContain('i1');
});

test('lists are fetched seldom, and what is looked at soon', () => {
  vi.advanceTimersByTime(60_000);
  for (let place = 0; place < 10; place += 1) {
    apply({ kind: 'interaction', id: 'i1', at });
    vi.advanceTimersByTime(200);
  }
  const lists = asked.filter(([first]) => first === 'interactions');
  expect(asked.filter(([first]) => first === 'interaction').length).toBeGreaterThan(lists.length);
  expect(lists.length).toBeLessThanOrEqual(2);
  apply({ kind: 'interaction', id: 'i1', at });
  vi.advanceTimersByTime(2000);
  expect(asked.filter(([first]) => first === 'interactions').length).toBe(lists.length + 1);
});

test('a kind that is not known makes nothing old, and a reset makes everything', () => {
  apply({ kind: 'of tomorrow', id: 'x', at });
  vi.advanceTimersByTime(5000);
  expect(asked).toEqual([]);
  applyReset();
  expect(asked).toEqual([['everything']]);
});
