/** A timeline as it is kept: parts of the logs of interactions, and how what comes in is put into them. */
import type { Interaction, Note, StoredMessage } from '@/agent/desk/queries';

/** A part of one interaction's log; the first part of a timeline is the newest. */
export interface Part {
  interaction: Interaction;
  messages: StoredMessage[];
  notes: Note[];
  /** Where it goes on backwards; null: the interaction begins here. */
  before: number | null;
}

function replaced(messages: StoredMessage[], found: ReadonlyMap<string, StoredMessage>): StoredMessage[] {
  return messages.some(one => found.has(one.id)) ? messages.map(one => found.get(one.id) ?? one) : messages;
}

/** The parts with these messages and notes of an interaction in them, each once and in its place. */
export function merged(
  parts: readonly (Part | null)[],
  interaction: string,
  messages: readonly StoredMessage[],
  notes: readonly Note[],
): (Part | null)[] {
  const found = new Map(messages.map(one => [one.id, one]));
  const known = new Set(parts.flatMap(part => part?.messages.map(one => one.id) ?? []));
  const noted = new Set(parts.flatMap(part => part?.notes.map(one => one.id) ?? []));
  return parts.map((part, index) => {
    if (!part || part.interaction.id !== interaction) return part;
    const newest = index === 0;
    const own = replaced(part.messages, found);
    const added = newest ? messages.filter(one => !known.has(one.id)) : [];
    const newNotes = newest ? notes.filter(one => !noted.has(one.id)) : [];
    return {
      ...part,
      messages: added.length > 0 ? [...own, ...added].sort((one, other) => one.sequence - other.sequence) : own,
      notes: newNotes.length > 0 ? [...part.notes, ...newNotes] : part.notes,
    };
  });
}
