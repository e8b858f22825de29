import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useAgentQueue, useDesk } from '@/agent/desk/queries';
import { found, type Item, itemOfEntry, itemOfInteraction } from '@/agent/list/items';
import { api, unwrap } from '@/api/client';
import { keys } from '@/api/queries';

export type ListView = 'mine' | 'unassigned' | 'all';

export interface Narrowing {
  view: ListView;
  account: string;
  search: string;
  closedToo: boolean;
}

const PAGE = 100;
const NUMBER = /^\+?[\d\s().-]{6,}$/;

interface Items {
  items: Item[];
  pending: boolean;
  error: unknown;
  hasMore: boolean;
  loadMore: () => void;
}

/** A number that is searched for is asked of the API; names are found among what is loaded. */
function contactOf(search: string): string | undefined {
  return NUMBER.test(search.trim()) ? `+${search.replace(/\D/g, '')}` : undefined;
}

function useSearched({ view, account, search, closedToo }: Narrowing, enabled: boolean): Items {
  const { data: desk } = useDesk();
  const contact = contactOf(search);
  const query = useInfiniteQuery({
    queryKey: keys.interactions('list', view, account, contact, closedToo),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/interactions', {
          params: {
            query: {
              limit: PAGE,
              ...(pageParam ? { cursor: pageParam } : {}),
              ...(account ? { account: [account] } : {}),
              ...(contact ? { contact } : {}),
              ...(view === 'unassigned' ? { unmanaged: true } : {}),
              ...(closedToo ? {} : { open: true }),
            },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: page => page.cursor,
    enabled,
  });
  const items = useMemo(
    () => query.data?.pages.flatMap(page => page.items.map(one => itemOfInteraction(one, desk))) ?? [],
    [query.data, desk],
  );
  return {
    items: contact ? items : items.filter(item => found(item, search)),
    pending: query.isPending && enabled,
    error: query.data ? null : query.error,
    hasMore: query.hasNextPage,
    loadMore: () => {
      if (!query.isFetchingNextPage) void query.fetchNextPage();
    },
  };
}

/** The lines of the list. */
export function useItems(narrowing: Narrowing): Items {
  const queue = useAgentQueue();
  const mine = narrowing.view === 'mine';
  const searched = useSearched(narrowing, !mine);
  const { account, search } = narrowing;
  const own = useMemo(
    () =>
      (queue.data ?? [])
        .filter(entry => entry.kind === 'owned' && (!account || entry.account_id === account))
        .map(itemOfEntry)
        .filter(item => found(item, search))
        .toSorted((one, other) => (other.at ?? '').localeCompare(one.at ?? '')),
    [queue.data, account, search],
  );
  if (!mine) return searched;
  return {
    items: own,
    pending: queue.isLoading,
    error: queue.data ? null : queue.error,
    hasMore: false,
    loadMore: () => undefined,
  };
}
