/** Which interactions a supervisor looks at: the address of the page says it, so that it can be shared. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useSearchParams } from 'react-router';
import type { Interaction } from '@/agent/desk/queries';
import { api, type Schema, unwrap } from '@/api/client';
import { keys } from '@/api/queries';
import type { paths } from '@/api/schema';
import type { Filters, Sorting } from '@/components/table/columns';

type Query = NonNullable<paths['/api/interactions']['get']['parameters']['query']>;
export type View = 'open' | 'unmanaged' | 'waiting' | 'closed' | 'all';
export const VIEWS: readonly View[] = ['open', 'unmanaged', 'waiting', 'closed', 'all'];

const PAGE = 100;
/** Filters by the columns of the table, in the address under the same names. */
const FIELDS = ['account', 'state', 'queue', 'owner', 'contact', 'tag', 'since', 'until'] as const;

const BY_VIEW: Record<View, Query> = {
  open: { open: true },
  unmanaged: { unmanaged: true },
  waiting: { state: ['waiting', 'offered'] },
  closed: { open: false },
  all: {},
};

export interface Narrowing {
  view: View;
  filters: Filters;
  sorting: Sorting | null;
}

/** What is asked for, and how to ask for something else. */
export function useNarrowing() {
  const [params, setParams] = useSearchParams();
  const narrowing = useMemo((): Narrowing => {
    const view = VIEWS.find(one => one === params.get('view')) ?? 'open';
    const filters = Object.fromEntries(FIELDS.map(field => [field, params.get(field) ?? '']));
    const sort = params.get('sort');
    const sorting = sort ? { column: sort.replace(/^-/, ''), descending: sort.startsWith('-') } : null;
    return { view, filters, sorting };
  }, [params]);

  function change(changes: Partial<Narrowing>) {
    const { view, filters, sorting } = { ...narrowing, ...changes };
    const next = new URLSearchParams({ view });
    for (const field of FIELDS) if (filters[field]) next.set(field, filters[field]);
    if (sorting) next.set('sort', `${sorting.descending ? '-' : ''}${sorting.column}`);
    setParams(next, { replace: true });
  }
  return { narrowing, change };
}

/** Sorted by their closing they are found only where no filter but the account's is in the way. */
export function sortsByClosing({ view, filters }: Narrowing): boolean {
  return view === 'all' && FIELDS.every(field => field === 'account' || !filters[field]);
}

function asked(narrowing: Narrowing): Query {
  const { filters, sorting, view } = narrowing;
  const { account, state, queue, owner, contact, tag, since, until } = filters;
  const sort = `${sorting?.descending === false ? '' : '-'}${sorting?.column ?? 'opened'}` as Query['sort'];
  return {
    ...BY_VIEW[view],
    ...(account ? { account: [account] } : {}),
    ...(state ? { state: [state as Schema<'InteractionState'>] } : {}),
    ...(queue ? { queue: [queue] } : {}),
    ...(owner ? { owner } : {}),
    ...(contact ? { contact } : {}),
    ...(tag ? { tag } : {}),
    ...(since ? { since: new Date(since).toISOString() } : {}),
    ...(until ? { until: new Date(until).toISOString() } : {}),
    sort: sorting?.column === 'closed' && !sortsByClosing(narrowing) ? '-opened' : sort,
    limit: PAGE,
  };
}

export function useInteractions(narrowing: Narrowing) {
  const query = asked(narrowing);
  const found = useInfiniteQuery({
    queryKey: keys.interactions('floor', query),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/interactions', { params: { query: { ...query, ...(pageParam ? { cursor: pageParam } : {}) } } }),
      ),
    initialPageParam: '',
    getNextPageParam: page => page.cursor,
    placeholderData: before => before,
  });
  const rows = useMemo((): Interaction[] => found.data?.pages.flatMap(page => page.items) ?? [], [found.data]);
  return { ...found, rows };
}

/** Every walk of an interaction, in order. */
export function useTraces(id: string) {
  return useQuery({
    queryKey: keys.trace(id),
    queryFn: async () => (await unwrap(api.GET('/api/interactions/{id}/trace', { params: { path: { id } } }))).items,
  });
}
