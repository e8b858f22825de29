/** Files that are imported: contacts into a list, rules into a whitelist. */
import { useQuery } from '@tanstack/react-query';
import { changingHeaders, type Schema } from '@/api/client';
import { ProblemError } from '@/api/problems';
import { keys } from '@/api/queries';
import { request } from '@/api/request';

export type FileImport = Schema<'FileImport'>;

export interface ImportTarget {
  kind: 'lists' | 'whitelists';
  id: string;
}

const LOOK_MS = 1000;
const LINE_FEED = 10;

const pathOf = ({ kind, id }: ImportTarget) => `/api/${kind}/${encodeURIComponent(id)}/imports`;

/** The latest imports; looked at every second while one is under way. */
export function useImports(target: ImportTarget) {
  return useQuery({
    queryKey: keys.configuration('imports', target.kind, target.id),
    queryFn: async () => (await request<{ items: FileImport[] }>(pathOf(target), { query: { limit: 10 } })).items,
    refetchInterval: query => (query.state.data?.some(one => one.state === 'running') ? LOOK_MS : false),
  });
}

export const resume = (id: string) =>
  request<FileImport>(`/api/imports/${encodeURIComponent(id)}/resume`, { method: 'POST' });

/** How many records a file has, about: its lines without the header. */
export async function countRecords(file: File): Promise<number> {
  let lines = 0;
  let last = LINE_FEED;
  const reader = file.stream().getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    for (const byte of part.value) if (byte === LINE_FEED) lines += 1;
    last = part.value.at(-1) ?? last;
  }
  return Math.max(0, lines + (last === LINE_FEED ? 0 : 1) - 1);
}

/**
 * Sends a file; the import begins when it has arrived as a whole.
 *
 * @throws ProblemError it was refused, or the API could not be reached.
 */
export async function upload(target: ImportTarget, file: File, region: string): Promise<FileImport> {
  const query = region ? `?${new URLSearchParams({ region })}` : '';
  const headers = { ...changingHeaders(), 'Content-Type': 'text/csv' };
  let response: Response;
  try {
    response = await fetch(`${pathOf(target)}${query}`, {
      method: 'POST',
      credentials: 'same-origin',
      headers,
      body: file,
    });
  } catch (error) {
    throw ProblemError.unreachable(error);
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw ProblemError.of(body, response);
  return body as FileImport;
}
