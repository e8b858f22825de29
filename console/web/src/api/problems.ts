/** Problem documents (RFC 9457) as the API answers them. */
import type { Schema } from '@/api/client';

export type ProblemDocument = Schema<'ProblemDocument'>;

/** The status that stands for "no answer came". */
export const UNREACHABLE = 0;

export class ProblemError extends Error {
  readonly document: ProblemDocument;

  constructor(document: ProblemDocument) {
    super(document.detail || document.title);
    this.name = 'ProblemError';
    this.document = document;
  }

  get status(): number {
    return this.document.status;
  }

  /** The problem of an answer, also of one that a proxy made and that is no problem document. */
  static of(body: unknown, response: Response): ProblemError {
    const fallback = { type: 'about:blank', title: response.statusText, status: response.status };
    const known = typeof body === 'object' && body !== null && 'title' in body ? (body as ProblemDocument) : fallback;
    return new ProblemError({ detail: '', instance: null, errors: [], ...known, status: response.status });
  }

  static unreachable(cause: unknown): ProblemError {
    const problem = new ProblemError({
      type: 'about:blank',
      title: 'unreachable',
      status: UNREACHABLE,
      detail: '',
      instance: null,
      errors: [],
    });
    problem.cause = cause;
    return problem;
  }
}

/** The problem of whatever was thrown. */
export function problemOf(error: unknown): ProblemError {
  return error instanceof ProblemError ? error : ProblemError.unreachable(error);
}

/**
 * The path of a field as forms name it: the API counts places in lists from 1 (`actions.1.queue`), forms from 0.
 */
export function formPath(field: string): string {
  return field
    .split('.')
    .map(step => (/^\d+$/.test(step) ? String(Number(step) - 1) : step))
    .join('.');
}

/** What breaks a rule, by the path of the field in a form. */
export function fieldErrors(problem: ProblemError): Record<string, string> {
  return Object.fromEntries(problem.document.errors.map(one => [formPath(one.field), one.rule]));
}
