/** Which offers have gone without the agent's doing: somebody else was faster, or the time was over. */
import type { Entry } from '@/agent/desk/queries';

/** What the agent has answered on this page, until the answer shows. */
const answered = new Set<string>();

/** Answers an offer by a click. One that fails was no answer. */
export async function answering<T>(interaction: string, click: () => Promise<T>): Promise<T> {
  answered.add(interaction);
  try {
    return await click();
  } catch (error) {
    answered.delete(interaction);
    throw error;
  }
}

/** The offers among what was known that are there no more and that nobody here has answered; each is told once. */
export function withdrawn(known: readonly Entry[], entries: readonly Entry[]): Entry[] {
  const now = new Map(entries.map(entry => [entry.interaction_id, entry]));
  const over = known.filter(({ kind, interaction_id: id }) => kind === 'offer' && now.get(id)?.kind !== 'offer');
  return over.filter(({ interaction_id: id }) => !answered.delete(id) && !now.has(id));
}
