/**
 * The messages of a conversation, the interactions before this one included: the last ones first, earlier ones when they
 * are asked for. What the live feed names is fetched and put in its place.
 */
import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react';
import { merged, type Part } from '@/agent/conversation/parts';
import type { Interaction, InteractionView, Note, StoredMessage } from '@/agent/desk/queries';
import { api, unwrap } from '@/api/client';
import { keys, queryClient } from '@/api/queries';
import { useChanges } from '@/live/LiveProvider';

const PAGE = 60;
const MOST_EARLIER = 100;
/** Messages get their numbers and are stored a moment later: a look back finds those that were overtaken. */
const OVERTAKEN = 20;
const MOST_AT_ONCE = 500;

type Place = { interaction: Interaction; before: number | null } | { olderThan: Interaction };
type Data = InfiniteData<Part | null, Place>;

async function readBack(interaction: Interaction, before: number | null): Promise<Part> {
  const page = await unwrap(
    api.GET('/api/interactions/{id}/messages', {
      params: {
        path: { id: interaction.id },
        query: { limit: PAGE, ...(before === null ? { latest: true } : { before }) },
      },
    }),
  );
  return { interaction, messages: page.items, notes: page.notes, before: page.cursor };
}

/** The interactions of a contact with an account, the latest first. */
export function earlierInteractions(one: Interaction) {
  const { account_id: account, contact_key: contact } = one;
  return {
    queryKey: keys.interactions('history', account, contact),
    queryFn: async () =>
      (
        await unwrap(
          api.GET('/api/interactions', { params: { query: { account: [account], contact, limit: MOST_EARLIER } } }),
        )
      ).items,
  };
}

async function read(place: Place): Promise<Part | null> {
  if ('interaction' in place) return readBack(place.interaction, place.before);
  const all = await queryClient.fetchQuery(earlierInteractions(place.olderThan));
  const older = all.find(one => one.opened_at < place.olderThan.opened_at);
  return older ? readBack(older, null) : null;
}

function nextPlace(last: Part | null): Place | null {
  if (last === null) return null;
  const { interaction, before } = last;
  return before === null ? { olderThan: interaction } : { interaction, before };
}

export function useTimeline(interaction: InteractionView) {
  const { id } = interaction;
  const queryKey = keys.messages(id);
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: { interaction, before: null } as Place,
    getNextPageParam: nextPlace,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnMount: 'always',
  });
  const named = useRef(new Set<string>());
  const [wanted, setWanted] = useState(0);

  const merge = useCallback(
    (messages: readonly StoredMessage[], notes: readonly Note[] = []) => {
      queryClient.setQueryData<Data>(
        keys.messages(id),
        data => data && { ...data, pages: merged(data.pages, id, messages, notes) },
      );
    },
    [id],
  );

  /** Fetches what the feed has named: messages that are known by their numbers, and all from the last ones on. */
  const bring = useEffectEvent(async () => {
    const ids = new Set(named.current);
    named.current.clear();
    const own = (query.data?.pages ?? []).flatMap(part => (part?.interaction.id === id ? part.messages : []));
    const last = Math.max(0, ...own.map(one => one.sequence));
    const from = Math.max(0, last - OVERTAKEN);
    const old = own.filter(one => ids.has(one.id) && one.sequence <= from).map(one => one.sequence - 1);
    try {
      const answers = await Promise.all([readOn(id, from, MOST_AT_ONCE), ...old.map(before => readOn(id, before, 1))]);
      for (const answer of answers) merge(answer.items, answer.notes);
    } catch {
      // The feed or the connection is in trouble: what is missing comes with the next change, or with the reset.
      for (const one of ids) named.current.add(one);
    }
  });

  useChanges(change => {
    const about = change.kind === 'message' ? change.interaction_id : change.kind === 'interaction' ? change.id : '';
    if (about !== id) return;
    named.current.add(change.id);
    setWanted(count => count + 1);
  });

  const { isFetching, isSuccess } = query;
  useEffect(() => {
    // While parts are being read their answer may be older than the change: it is looked after when they are there.
    if (wanted > 0 && !isFetching && isSuccess && named.current.size > 0) void bring();
  }, [wanted, isFetching, isSuccess]);

  return { ...query, merge };
}

function readOn(id: string, cursor: number, limit: number) {
  return unwrap(api.GET('/api/interactions/{id}/messages', { params: { path: { id }, query: { cursor, limit } } }));
}
