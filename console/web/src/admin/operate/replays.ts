/** Replays: asked for, followed, stopped and gone on with. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { api, type Schema, unwrap } from '@/api/client';
import { keys, queryClient } from '@/api/queries';
import { t } from '@/texts/floor';

export type Replay = Schema<'Replay'>;
export type ReplayRequest = Schema<'ReplayRequest'>;
export type ReplayMode = Schema<'ReplayMode'>;

const PAGE = 50;
const OFTEN_MS = 1500;
const SELDOM_MS = 20_000;
const UNDER_WAY: readonly Replay['state'][] = ['queued', 'running', 'stopping'];
const RESUMABLE: readonly Replay['state'][] = ['stopped', 'failed'];

export function isUnderWay({ state }: Replay): boolean {
  return UNDER_WAY.includes(state);
}

export function isResumable({ state }: Replay): boolean {
  return RESUMABLE.includes(state);
}

/** How much of the log has been gone through, from 0 to 1. */
export function progressOf({ state, cursor, first_offset: first, last_offset: last }: Replay): number {
  if (state === 'done') return 1;
  if (cursor === null || first === null || last === null) return 0;
  return Math.min(1, (cursor - first) / Math.max(1, last + 1 - first));
}

export function modeWords({ mode, dry_run }: Pick<Replay, 'mode' | 'dry_run'>): string {
  return dry_run ? t.replays.dryRunOf(t.replays.modes[mode]) : t.replays.modes[mode];
}

export function useReplays() {
  return useInfiniteQuery({
    queryKey: keys.operations('replays'),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/replays', {
          params: { query: { limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: page => page.cursor,
    refetchInterval: query =>
      query.state.data?.pages.some(page => page.items.some(isUnderWay)) ? OFTEN_MS : SELDOM_MS,
  });
}

export function useReplay(id: string) {
  return useQuery({
    queryKey: keys.operations('replay', id),
    queryFn: () => unwrap(api.GET('/api/replays/{id}', { params: { path: { id } } })),
    refetchInterval: query => (query.state.data && !isUnderWay(query.state.data) ? SELDOM_MS : OFTEN_MS),
  });
}

async function taken(answer: Promise<Replay>): Promise<Replay> {
  const replay = await answer;
  queryClient.setQueryData(keys.operations('replay', replay.id), replay);
  await queryClient.invalidateQueries({ queryKey: keys.operations('replays') });
  return replay;
}

export const replays = {
  create: (body: ReplayRequest) => taken(unwrap(api.POST('/api/replays', { body }))),
  stop: (id: string) => taken(unwrap(api.POST('/api/replays/{id}/stop', { params: { path: { id } } }))),
  resume: (id: string) => taken(unwrap(api.POST('/api/replays/{id}/resume', { params: { path: { id } } }))),
};

/** The same once more: what a dry run counted is done now. */
export function startFor({ mode, filter, rate, hold_replies, proposed }: Replay): Promise<Replay> {
  return replays.create({ mode, filter, rate, hold_replies, proposed, dry_run: false });
}

/** Numbers by what they count; those under `type:` and `outcome:` stand by themselves. */
export function countsOf(replay: Replay, prefix: '' | 'type:' | 'outcome:'): [string, number][] {
  return Object.entries(replay.counts).flatMap(([name, value]): [string, number][] => {
    if (prefix === '') return name.includes(':') ? [] : [[t.replays.countNames[name] ?? name, value]];
    if (!name.startsWith(prefix)) return [];
    const key = name.slice(prefix.length);
    const names: Readonly<Record<string, string>> = prefix === 'type:' ? t.replays.typeNames : t.replays.outcomeNames;
    return [[names[key] ?? key.replaceAll('_', ' '), value]];
  });
}
