/** Names of what is configured, by id, for columns and choices. */
import { useMemo } from 'react';
import { type Kind, useAll } from '@/api/configuration';

export interface Choice {
  value: string;
  label: string;
}

type NamedKind = Exclude<Kind, 'canned-answers' | 'dispositions'>;

interface Named {
  id: string;
  name: string;
}

/** All of a kind as choices, by name, and the name of one (its id when it is gone). */
export function useNames(kind: NamedKind) {
  const { data } = useAll(kind);
  return useMemo(() => {
    const all = (data ?? []) as readonly Named[];
    const choices: Choice[] = all
      .map(one => ({ value: one.id, label: one.name }))
      .sort((a, b) => a.label.localeCompare(b.label));
    const names = new Map(choices.map(one => [one.value, one.label]));
    const nameOf = (id: string) => names.get(id) ?? id;
    return { choices, nameOf, namesOf: (ids: readonly string[]) => ids.map(nameOf).join(', ') };
  }, [data]);
}
