/** Where dispositions may be given. */

import { useNames } from '@/admin/desk/named';
import type { View } from '@/api/configuration';
import { t } from '@/texts/admin';

type Scope = View<'dispositions'>['scope'];

export const SCOPES = (Object.keys(t.dispositions.scopes) as Scope[]).map(value => ({
  value,
  label: t.dispositions.scopes[value],
}));

/** The things of a scope that a disposition may belong to. */
export function useScopes() {
  const lists = useNames('lists');
  const accounts = useNames('accounts');
  const queues = useNames('queues');
  const of = { list: lists, account: accounts, queue: queues };
  return {
    choices: (scope: Scope) => (scope === 'global' ? [] : of[scope].choices),
    nameOf: (scope: Scope, id: string | null) =>
      scope === 'global' || id === null ? t.dispositions.scopes.global : of[scope].nameOf(id),
  };
}
