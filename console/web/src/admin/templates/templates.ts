/** Templates of an account, as its provider has them. */
import { useQuery } from '@tanstack/react-query';
import { api, type Schema, unwrap } from '@/api/client';
import { keys } from '@/api/queries';

export type Template = Schema<'Template'>;

const LOOK_MS = 1000;

/** `looking`: whether it is read again and again, for an answer of the provider. */
export function useTemplates(account: string, looking = false) {
  return useQuery({
    queryKey: keys.configuration('templates', account),
    queryFn: () => unwrap(api.GET('/api/accounts/{id}/templates', { params: { path: { id: account } } })),
    enabled: account !== '',
    refetchInterval: looking ? LOOK_MS : false,
  });
}

export const synchronise = (account: string) =>
  unwrap(api.POST('/api/accounts/{id}/templates/synchronise', { params: { path: { id: account } } }));

export const COLOURS: Record<Template['status'], string> = {
  approved: 'teal',
  pending: 'blue',
  rejected: 'red',
  paused: 'orange',
  unknown: 'gray',
};
