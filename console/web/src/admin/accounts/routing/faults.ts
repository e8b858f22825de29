/** What the API says of entries of a list, by their positions. */

import type { Fault } from '@/admin/accounts/routing/ConditionEditor';
import type { ProblemError } from '@/api/problems';

export interface EntryFault {
  /** The field as the API names it. */
  path: string;
  /** The position of the entry. */
  entry: number;
  field: string;
  fault: Fault;
}

/** `actions.3.condition`. */
const PATH = /^actions\.(\d+)\.(\w+)$/;

export function entryFaults(problem: ProblemError): EntryFault[] {
  return problem.document.errors.flatMap(({ field: path, rule, position }) => {
    const [, entry, field] = PATH.exec(path) ?? [];
    return entry && field ? [{ path, entry: Number(entry), field, fault: { rule, position: position ?? null } }] : [];
  });
}

/** The faults of one entry, by its fields. */
export const faultsOf = (faults: readonly EntryFault[], entry: number): Record<string, Fault> =>
  Object.fromEntries(faults.filter(one => one.entry === entry).map(one => [one.field, one.fault]));
