/** API tokens and sessions. */
import { useQuery } from '@tanstack/react-query';
import type { Schema } from '@/api/client';
import { keys, queryClient } from '@/api/queries';
import { request } from '@/api/request';

export type ApiToken = Schema<'ApiToken'>;
export type Session = Schema<'SessionView'>;

interface Page<T> {
  items: T[];
  cursor: string | null;
}

async function allOf<T>(path: string, query: Record<string, string | undefined> = {}): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await request(path, { query: { ...query, limit: 100, cursor } });
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor);
  return items;
}

export const useTokens = () =>
  useQuery({ queryKey: keys.configuration('tokens'), queryFn: () => allOf<ApiToken>('/api/tokens') });

/** The sessions of a user; of everybody (who may be seen) without one. */
export const useSessions = (user?: string) =>
  useQuery({
    queryKey: keys.configuration('sessions', user),
    queryFn: () => allOf<Session>('/api/sessions', { user }),
  });

async function removeEach(path: string, ids: readonly string[]): Promise<undefined> {
  try {
    for (const id of ids) await request(`${path}/${encodeURIComponent(id)}`, { method: 'DELETE' });
  } finally {
    await queryClient.invalidateQueries({ queryKey: keys.configuration() });
  }
}

export const revokeTokens = (ids: readonly string[]) => removeEach('/api/tokens', ids);
export const endSessions = (ids: readonly string[]) => removeEach('/api/sessions', ids);

const BROWSERS: readonly [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const SYSTEMS: readonly [RegExp, string][] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
];

const found = (table: readonly [RegExp, string][], client: string) =>
  table.find(([pattern]) => pattern.test(client))?.[1];

/** A browser as people call it; what is not known stays as it is. */
export function clientName(client: string): string {
  const browser = found(BROWSERS, client);
  const system = found(SYSTEMS, client);
  return browser ? [browser, system].filter(Boolean).join(', ') : client;
}
