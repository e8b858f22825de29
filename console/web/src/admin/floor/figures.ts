/** The realtime figures, and how they are said. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { duration, SECOND_MS } from '@/agent/desk/time';
import { api, type Schema, unwrap } from '@/api/client';
import { keys } from '@/api/queries';
import { t } from '@/texts/floor';
import { language } from '@/texts/language';

export type Figures = Schema<'Figures'>;
export type Figure = Schema<'Figure'>;
export type QueueFigures = Schema<'QueueFigures'>;
export type AccountFigures = Schema<'AccountFigures'>;
export type AgentFigures = Schema<'AgentFigures'>;
export type FigureWindow = Schema<'FigureWindow'>;

/** The feed says when something happens; what only time changes, such as the longest wait, is looked at so often. */
const SELDOM_MS = 15_000;

const SHARE = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 });

/** The figures; `serviceLevel` is in seconds, null for the installation's own. */
export function useFigures(window: FigureWindow, serviceLevel: number | null) {
  const query = {
    window,
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    ...(serviceLevel ? { service_level_s: serviceLevel } : {}),
  };
  return useQuery({
    queryKey: keys.operations('figures', query),
    queryFn: () => unwrap(api.GET('/api/figures', { params: { query } })),
    refetchInterval: SELDOM_MS,
    placeholderData: keepPreviousData,
  });
}

/** A part of a whole, from 0 to 1, as a percentage. */
export function share(value: number | null): string {
  return value === null ? t.none : SHARE.format(value);
}

/** A length of time given in seconds. */
export function span(seconds: number | null): string {
  return seconds === null ? t.none : duration(seconds * SECOND_MS);
}
