/** Who is signed in. */
import { useQuery } from '@tanstack/react-query';
import { changingHeaders, type Schema, setCsrf } from '@/api/client';
import { ProblemError } from '@/api/problems';
import { keys, queryClient } from '@/api/queries';

export type Me = Schema<'Me'>;
export type Role = Me['user']['role'];

const URL = '/api/session';
const UNAUTHORIZED = 401;

async function call(method: string, body?: object): Promise<Response> {
  const headers = { ...changingHeaders(), ...(body ? { 'Content-Type': 'application/json' } : {}) };
  try {
    return await fetch(URL, { method, headers, credentials: 'same-origin', body: body ? JSON.stringify(body) : null });
  } catch (error) {
    throw ProblemError.unreachable(error);
  }
}

async function meOf(response: Response): Promise<Me> {
  const body = await response.json().catch(() => null);
  if (!response.ok) throw ProblemError.of(body, response);
  setCsrf((body as Me).csrf);
  return body as Me;
}

/** Who is signed in; null when nobody is. */
export async function fetchMe(): Promise<Me | null> {
  const response = await call('GET');
  return response.status === UNAUTHORIZED ? null : meOf(response);
}

/** Somebody else sits here now: what was fetched for the one before is forgotten. */
function become(me: Me | null): void {
  queryClient.removeQueries({ predicate: query => query.queryKey[0] !== keys.session[0] });
  queryClient.setQueryData(keys.session, me);
}

export async function signIn(name: string, password: string): Promise<Me> {
  const me = await meOf(await call('POST', { name, password }));
  become(me);
  return me;
}

export async function signOut(): Promise<void> {
  await call('DELETE');
  setCsrf('');
  become(null);
}

export function useSession() {
  return useQuery({ queryKey: keys.session, queryFn: fetchMe, staleTime: Number.POSITIVE_INFINITY });
}

/** The user; only within pages, which are shown to those who are signed in. */
export function useMe(): Me {
  const { data } = useSession();
  if (!data) throw new Error('useMe is for pages behind the sign-in');
  return data;
}
