/** The typed way to the API. Every answer that is not a success becomes a `Problem`, see `problems.ts`. */
import createClient, { type Middleware } from 'openapi-fetch';
import { ProblemError } from '@/api/problems';
import type { components, paths } from '@/api/schema';

/** A schema of the API by its name. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

let csrf = '';

/** What the session said: it goes with every request that changes something. */
export function setCsrf(token: string): void {
  csrf = token;
}

/** Headers of requests that do not go through `api`, such as uploads. */
export function changingHeaders(): Record<string, string> {
  return csrf ? { 'X-CSRF-Token': csrf } : {};
}

const signed: Middleware = {
  onRequest({ request }) {
    if (csrf && !['GET', 'HEAD'].includes(request.method)) request.headers.set('X-CSRF-Token', csrf);
    return request;
  },
};

/** Several values of one parameter stand with commas between. */
const querySerializer = { array: { style: 'form', explode: false } } as const;

export const api = createClient<paths>({ baseUrl: '', credentials: 'same-origin', querySerializer });
api.use(signed);

interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/**
 * The body of a successful answer.
 *
 * @throws ProblemError the answer is no success, or none came at all.
 */
export async function unwrap<T>(answer: Promise<Answered<T>>): Promise<T> {
  let answered: Answered<T>;
  try {
    answered = await answer;
  } catch (error) {
    throw ProblemError.unreachable(error);
  }
  if (!answered.response.ok) throw ProblemError.of(answered.error, answered.response);
  return answered.data as T;
}
