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

export type Values = Readonly<Record<string, string>>;

/** A part of a template with its parameters; a place without a value stays as it is. */
function filledIn(words: string, values: Values): string {
  return words.replace(PLACE, (place: string, name: string) => values[name] || place);
}

/** The line above the words. Some providers number its places in one row with those of the body. */
export function headerOf(template: Template, values: { header?: Values; body?: Values }): string {
  return filledIn(template.header, { ...(template.header_parameters.length ? {} : values.body), ...values.header });
}

export function bodyOf(template: Template, values: { body?: Values }): string {
  return filledIn(template.body, values.body ?? {});
}

export function keyOf(template: Pick<Template, 'name' | 'language'>): string {
  return `${template.name}:${template.language}`;
}
