/** The templates of an account, and what they say with their parameters filled in. */
import { useQuery } from '@tanstack/react-query';
import type { Template } from '@/agent/desk/queries';
import { api, unwrap } from '@/api/client';
import { keys } from '@/api/queries';

const PLACE = /\{\{\s*([^{}\s]+)\s*\}\}/g;

export function useTemplates(account: string | undefined) {
  return useQuery({
    queryKey: keys.configuration('templates', account),
    queryFn: () => unwrap(api.GET('/api/accounts/{id}/templates', { params: { path: { id: account ?? '' } } })),
    enabled: Boolean(account),
    staleTime: 5 * 60_000,
  });
}

/** The body with its parameters; a place without a value stays as it is. */
export function filledIn(body: string, values: Readonly<Record<string, string>>): string {
  return body.replace(PLACE, (place: string, name: string) => values[name] || place);
}

export function keyOf(template: Pick<Template, 'name' | 'language'>): string {
  return `${template.name}:${template.language}`;
}
