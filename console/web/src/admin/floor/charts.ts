/** From figures to what charts draw: pure. */
import type { Figures, QueueFigures } from '@/admin/floor/figures';
import { clock } from '@/agent/desk/time';

const MINUTE_MS = 60_000;
/** A day in steps of five minutes would be 288 bars: it is drawn in quarters of an hour. */
const STEP_MS = { today: 15 * MINUTE_MS, last_hour: 5 * MINUTE_MS } as const;

export interface Step {
  at: string;
  answered: number;
  abandoned: number;
}

/** The course of the window, step by step, also where nothing happened. */
export function courseOf({ window, since, at, moments }: Figures): Step[] {
  const step = STEP_MS[window];
  const first = Math.floor(Date.parse(since) / step) * step;
  const count = Math.max(1, Math.floor((Date.parse(at) - first) / step) + 1);
  const steps = Array.from({ length: count }, (_, index) => ({
    at: clock(new Date(first + index * step).toISOString()),
    answered: 0,
    abandoned: 0,
  }));
  for (const moment of moments) {
    const place = steps[Math.floor((Date.parse(moment.at) - first) / step)];
    if (place) {
      place.answered += moment.answered;
      place.abandoned += moment.abandoned;
    }
  }
  return steps;
}

export interface Standing {
  name: string;
  waiting: number;
  offered: number;
  assigned: number;
}

const MOST_QUEUES = 12;

/** What is open in the queues that have most, the fullest first. */
export function standingOf(queues: readonly QueueFigures[]): Standing[] {
  return queues
    .map(({ name, waiting, offered, assigned }) => ({ name, waiting, offered, assigned }))
    .filter(one => one.waiting + one.offered + one.assigned > 0)
    .toSorted(
      (one, other) => other.waiting - one.waiting || other.offered - one.offered || other.assigned - one.assigned,
    )
    .slice(0, MOST_QUEUES);
}
