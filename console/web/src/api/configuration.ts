/** What admins configure: every kind has the same operations, so they are here once. */
import { useQuery } from '@tanstack/react-query';
import { keys, queryClient } from '@/api/queries';
import { request } from '@/api/request';
import type { paths } from '@/api/schema';

/** The kinds, by their path. */
export type Kind =
  | 'accounts'
  | 'agents'
  | 'canned-answers'
  | 'dispositions'
  | 'intervals'
  | 'lists'
  | 'pauses'
  | 'queues'
  | 'teams'
  | 'users'
  | 'whitelists';

/** What is read of a kind. */
export type View<K extends Kind> =
  paths[`/api/${K}`]['get']['responses'][200]['content']['application/json']['items'][number];
/** What is written of a kind. */
export type Input<K extends Kind> = paths[`/api/${K}`]['post']['requestBody']['content']['application/json'];

interface Page<T> {
  items: T[];
  cursor: string | null;
}

interface Deleted {
  deleted: string[];
  warnings: string[];
}

const MOST_AT_ONCE = 500;

async function all<K extends Kind>(kind: K): Promise<View<K>[]> {
  const items: View<K>[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<View<K>> = await request(`/api/${kind}`, { query: { limit: MOST_AT_ONCE, cursor } });
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor);
  return items;
}

/** Everything of a kind. */
export function useAll<K extends Kind>(kind: K) {
  return useQuery({ queryKey: keys.configuration(kind), queryFn: () => all(kind) });
}

/** One of a kind. */
export function useOne<K extends Kind>(kind: K, id: string | undefined) {
  return useQuery({
    queryKey: keys.configuration(kind, id),
    queryFn: () => request<View<K>>(`/api/${kind}/${encodeURIComponent(id ?? '')}`),
    enabled: id !== undefined,
  });
}

async function changed<T>(change: Promise<T>): Promise<T> {
  const answer = await change;
  await queryClient.invalidateQueries({ queryKey: keys.configuration() });
  return answer;
}

export function create<K extends Kind>(kind: K, input: Input<K>): Promise<View<K>> {
  return changed(request<View<K>>(`/api/${kind}`, { method: 'POST', body: input }));
}

/** Changes the fields that are given (a JSON merge patch). */
export function patch<K extends Kind>(kind: K, id: string, input: Partial<Input<K>>): Promise<View<K>> {
  return changed(request<View<K>>(`/api/${kind}/${encodeURIComponent(id)}`, { method: 'PATCH', body: input }));
}

/** Deletes; returns warnings about who used them. */
export async function remove(kind: Kind, ids: readonly string[]): Promise<readonly string[]> {
  const { warnings } = await changed(request<Deleted>(`/api/${kind}/delete`, { method: 'POST', body: { ids } }));
  return warnings;
}
