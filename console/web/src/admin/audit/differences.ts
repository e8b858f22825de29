/** What a change of configuration changed, field by field. */
import type { Schema } from '@/api/client';

export interface Difference {
  field: string;
  before: string;
  after: string;
}

function text(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 1);
}

type Fields = Record<string, unknown>;

export function differences({ before, after }: Pick<Schema<'AuditEntry'>, 'before' | 'after'>): Difference[] {
  const [old, now]: [Fields, Fields] = [before ?? {}, after ?? {}];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .map(field => ({ field, before: text(old[field]), after: text(now[field]) }))
    .filter(one => one.before !== one.after);
}
