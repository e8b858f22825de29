/** Spans of intervals in words. */
import type { Input, View } from '@/api/configuration';
import { t } from '@/texts/admin';

export type Span = View<'intervals'>['spans'][number];
export type SpanInput = Input<'intervals'>['spans'][number];

export const NEW_SPAN: Span = { start: '09:00', end: '18:00', weekdays: [0, 1, 2, 3, 4], days: [], months: [] };

const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);

/** Numbers as ranges: 1, 2, 3, 5 are two, 1 to 3 and 5. */
function ranges(values: readonly number[], word: (value: number) => string): string {
  const runs: [number, number][] = [];
  for (const value of sorted(values)) {
    const last = runs.at(-1);
    if (last && last[1] === value - 1) last[1] = value;
    else runs.push([value, value]);
  }
  return runs.map(([from, to]) => (from === to ? word(from) : `${word(from)}–${word(to)}`)).join(', ');
}

export const weekday = (value: number) => t.intervals.weekdays[value] ?? String(value);
export const month = (value: number) => t.intervals.months[value - 1] ?? String(value);
export const clock = (time: string) => time.slice(0, 5);

export function inWords(span: Span): string {
  const parts = [
    ranges(span.weekdays, weekday),
    span.days.length > 0 ? t.intervals.onDays(ranges(span.days, String)) : '',
    ranges(span.months, month),
    `${clock(span.start)}–${clock(span.end)}`,
  ];
  return parts.filter(Boolean).join(' ');
}
