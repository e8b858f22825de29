/** Providers, and the forms of their credentials. */
import { useQuery } from '@tanstack/react-query';
import { api, type Schema, unwrap } from '@/api/client';
import { keys } from '@/api/queries';

export type Provider = Schema<'ProviderView'>;
export type CredentialField = Schema<'CredentialField'>;

export function useProviders() {
  const { data, ...rest } = useQuery({
    queryKey: keys.configuration('providers'),
    queryFn: () => unwrap(api.GET('/api/providers')),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return { ...rest, data: data?.items };
}

/** What was typed, without secrets that stay as they are: those that were left blank. */
export function given(
  fields: readonly CredentialField[],
  typed: Readonly<Record<string, string>>,
  removed: readonly string[] = [],
): Record<string, string> {
  const known = fields.filter(field => (field.secret ? typed[field.name] || removed.includes(field.name) : true));
  return Object.fromEntries(
    known
      .map(field => [field.name, removed.includes(field.name) ? '' : (typed[field.name] ?? '').trim()] as const)
      .filter(([name, value]) => value !== '' || removed.includes(name) || !isSecret(fields, name)),
  );
}

const isSecret = (fields: readonly CredentialField[], name: string) =>
  fields.some(field => field.name === name && field.secret);
