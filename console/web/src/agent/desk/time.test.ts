import { afterAll, beforeAll, expect, test, vi } from 'vitest';

const NOW = new Date(2026, 10, 23, 0, 30);
let time: typeof import('@/agent/desk/time');

beforeAll(async () => {
  vi.stubGlobal('navigator', { languages: ['it', 'en-GB'] });
  vi.useFakeTimers({ now: NOW });
  time = await import('@/agent/desk/time');
});

afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const ago = (ms: number) => new Date(NOW.getTime() - ms).toISOString();
const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];

test('a length of time is told in its two largest units, and never below nothing', () => {
  const told = [-5000, 59_400, MINUTE, HOUR - 1000, HOUR, 5 * HOUR + 7 * MINUTE, DAY, 3 * DAY].map(time.duration);
  expect(told).toEqual(['0 s', '59 s', '1 min', '59 min', '1 h', '5 h 7 min', '1 day', '3 days']);
});

test('yesterday begins at midnight and not a day ago', () => {
  expect([ago(0), ago(29 * MINUTE), ago(31 * MINUTE), ago(25 * HOUR)].map(time.day)).toEqual([
    'Today',
    'Today',
    'Yesterday',
    '21 Nov 2026',
  ]);
});

test('the shorter it is ago, the shorter it is told, in the way of the language that is spoken', () => {
  expect([ago(10 * MINUTE), ago(DAY), ago(30 * DAY)].map(time.shortly)).toEqual(['00:20', 'Sun', '24 Oct']);
  expect(time.toTheSecond(ago(1000))).toBe('00:29:59');
});
