/** Rules of a whitelist: read page by page, for there may be millions. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { api, type Schema, unwrap } from '@/api/client';
import { keys, queryClient } from '@/api/queries';

export type Rule = Schema<'Rules'>['rules'][number];

const PAGE = 200;

/** What a rule is kept under: `+3933…` a number, `+39*` a prefix, `@list` a contact list. */
export function idOf(rule: Rule): string {
  switch (rule.kind) {
    case 'prefix':
      return `${rule.prefix}*`;
    case 'list':
      return `@${rule.list_id}`;
    default:
      return rule.number;
  }
}

export function useRules(whitelist: string, search: string) {
  return useInfiniteQuery({
    queryKey: keys.configuration('rules', whitelist, search),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/whitelists/{id}/rules', {
          params: {
            path: { id: whitelist },
            query: { limit: PAGE, ...(search ? { search } : {}), ...(pageParam ? { cursor: pageParam } : {}) },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: page => page.cursor ?? undefined,
  });
}

export const rulesChanged = () => queryClient.invalidateQueries({ queryKey: keys.configuration() });

export const addRules = (whitelist: string, rules: Rule[]) =>
  unwrap(api.POST('/api/whitelists/{id}/rules', { params: { path: { id: whitelist } }, body: { rules } }));

/** Takes rules away; returns what they warn of. */
export async function removeRules(whitelist: string, rules: readonly Rule[]): Promise<readonly string[]> {
  const warnings = new Set<string>();
  for (const rule of rules) {
    const path = { id: whitelist, rule: idOf(rule) };
    const gone = await unwrap(api.DELETE('/api/whitelists/{id}/rules/{rule}', { params: { path } }));
    for (const one of gone.warnings) warnings.add(one);
  }
  await rulesChanged();
  return [...warnings];
}
