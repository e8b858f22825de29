/** Canned answers: `/key` at the beginning of a message finds them. */
import type { Desk, DeskAccount } from '@/agent/desk/queries';

const COMMAND = /^\/([A-Za-z0-9_-]*)$/;
const MOST = 8;

export type Canned = Desk['answers'][number];

/** What is looked for; null when the text is no command. */
export function commandIn(text: string): string | null {
  return COMMAND.exec(text)?.[1]?.toLowerCase() ?? null;
}

/** Answers that fit, those whose key begins so first; the account's own win over global ones of the same key. */
export function answersFor(command: string, desk: Desk | undefined, account: DeskAccount | undefined): Canned[] {
  const all = new Map([...(desk?.answers ?? []), ...(account?.answers ?? [])].map(one => [one.key, one]));
  const found = [...all.values()].filter(one => `${one.key}\n${one.text}`.toLowerCase().includes(command));
  const begins = (one: Canned) => (one.key.toLowerCase().startsWith(command) ? 0 : 1);
  return found.sort((one, other) => begins(one) - begins(other) || one.key.localeCompare(other.key)).slice(0, MOST);
}
