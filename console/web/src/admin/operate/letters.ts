/** Dead letters: which there are, and what is done about them. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { api, type Schema, unwrap } from '@/api/client';
import { keys, queryClient } from '@/api/queries';
import type { Filters } from '@/components/table/columns';

export type Letter = Schema<'KeptLetter'>;

const PAGE = 100;
const SELDOM_MS = 10_000;

export function useLetters({ stage, account, state, reason }: Filters) {
  const query = {
    limit: PAGE,
    ...(stage ? { stage } : {}),
    ...(account ? { account } : {}),
    ...(state ? { state: state as Schema<'LetterState'> } : {}),
    ...(reason ? { reason } : {}),
  };
  return useInfiniteQuery({
    queryKey: keys.operations('dead-letters', query),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/dead-letters', {
          params: { query: { ...query, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: page => page.cursor,
    refetchInterval: SELDOM_MS,
    placeholderData: before => before,
  });
}

/** Whether there is a stage that it could be sent back to: what came to the door only its provider sends again. */
export function isRetryable({ state, stage }: Pick<Letter, 'state' | 'stage'>): boolean {
  return state === 'open' && stage !== 'gateway';
}

/** One letter; with what a customer may have written only where that is asked for. */
export function useLetter(id: string, withText: boolean) {
  return useQuery({
    queryKey: keys.operations('dead-letter', id, withText),
    queryFn: () =>
      unwrap(api.GET('/api/dead-letters/{id}', { params: { path: { id }, query: { with_text: withText } } })),
  });
}

/** Does something to each, to as many as will have it; the number done, and what the first refusal said. */
async function each(letters: readonly Letter[], run: (id: string) => Promise<Letter>) {
  const results = await Promise.allSettled(letters.map(one => run(one.id)));
  await queryClient.invalidateQueries({ queryKey: keys.operations() });
  const refusal = results.find(one => one.status === 'rejected');
  return { done: results.filter(one => one.status === 'fulfilled').length, problem: refusal?.reason as unknown };
}

export function retry(letters: readonly Letter[]) {
  return each(letters, id => unwrap(api.POST('/api/dead-letters/{id}/retry', { params: { path: { id } }, body: {} })));
}

export function discard(letters: readonly Letter[], note: string) {
  return each(letters, id =>
    unwrap(api.POST('/api/dead-letters/{id}/discard', { params: { path: { id } }, body: { note } })),
  );
}
