/** JSON requests to a path that is put together, for what is the same for many kinds; else use `api` of `client.ts`. */
import { changingHeaders } from '@/api/client';
import { ProblemError } from '@/api/problems';

interface Request {
  method?: string;
  body?: unknown;
  query?: Record<string, string | number | null | undefined>;
}

/**
 * The body of a successful answer, undefined when it has none.
 *
 * @throws ProblemError the answer is no success, or none came at all.
 */
export async function request<T>(path: string, { method = 'GET', body, query = {} }: Request = {}): Promise<T> {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  const headers = { ...changingHeaders(), ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) };
  let response: Response;
  try {
    response = await fetch(search ? `${path}?${search}` : path, {
      method,
      headers,
      credentials: 'same-origin',
      body: body === undefined ? null : JSON.stringify(body),
    });
  } catch (error) {
    throw ProblemError.unreachable(error);
  }
  const text = await response.text();
  const parsed: unknown = text && response.headers.get('Content-Type')?.includes('json') ? JSON.parse(text) : undefined;
  if (!response.ok) throw ProblemError.of(parsed, response);
  return parsed as T;
}
