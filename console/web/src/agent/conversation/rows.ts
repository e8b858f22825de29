/** The lines of a timeline, from the oldest to the newest: made of messages, notes, and what happened to interactions. */

import type { Pending } from '@/agent/composer/outbox';
import type { Part } from '@/agent/conversation/parts';
import type { Interaction, Note, StoredMessage } from '@/agent/desk/queries';
import { day } from '@/agent/desk/time';

export interface Reacted {
  emoji: string;
  mine: boolean;
}

export interface MessageRow {
  kind: 'message';
  key: string;
  message: StoredMessage;
  reactions: readonly Reacted[];
  edited: string | null;
  deleted: boolean;
}

type Transfer = Interaction['transfers'][number];

export type Row =
  | MessageRow
  | { kind: 'begin'; key: string }
  | { kind: 'day'; key: string; at: string }
  | { kind: 'interaction'; key: string; interaction: Interaction }
  | { kind: 'closed'; key: string; interaction: Interaction }
  | { kind: 'transfer'; key: string; transfer: Transfer }
  | { kind: 'note'; key: string; note: Note }
  | { kind: 'pending'; key: string; pending: Pending };

/** What a message says about another one, by that one's id at the provider. */
interface About {
  reactions: Map<string, Map<string, Reacted>>;
  edits: Map<string, string>;
  deletions: Set<string>;
  known: Set<string>;
}

function gather(messages: readonly StoredMessage[]): About {
  const about: About = { reactions: new Map(), edits: new Map(), deletions: new Set(), known: new Set() };
  for (const message of messages) {
    about.known.add(message.provider_id);
    const content = message.content ?? message.sending;
    if (content?.kind === 'reaction') {
      const of = about.reactions.get(content.message_id) ?? new Map<string, Reacted>();
      of.set(message.direction, { emoji: content.emoji ?? '', mine: message.direction === 'outbound' });
      about.reactions.set(content.message_id, of);
    }
    if (content?.kind === 'edited') about.edits.set(content.message_id, content.text ?? '');
    if (content?.kind === 'deleted') about.deletions.add(content.message_id);
  }
  return about;
}

/** Whether a message only says something about another one that is shown. */
function isMark(message: StoredMessage, about: About): boolean {
  const content = message.content ?? message.sending;
  if (content?.kind !== 'reaction' && content?.kind !== 'edited' && content?.kind !== 'deleted') return false;
  return about.known.has(content.message_id);
}

function messageRow(message: StoredMessage, about: About): MessageRow {
  const reactions = [...(about.reactions.get(message.provider_id)?.values() ?? [])].filter(one => one.emoji);
  return {
    kind: 'message',
    key: message.id,
    message,
    reactions: message.provider_id ? reactions : [],
    edited: (message.provider_id && about.edits.get(message.provider_id)) || null,
    deleted: message.provider_id !== '' && about.deletions.has(message.provider_id),
  };
}

interface Dated {
  at: string;
  /** Number in the log; notes and the rest stand behind the message with it. */
  after: number;
  row: Row;
}

function datedOf(interaction: Interaction, parts: readonly Part[], about: About): Dated[] {
  const messages = parts.flatMap(part => part.messages);
  const first = messages[0]?.sequence ?? 0;
  const rows: Dated[] = messages
    .filter(message => !isMark(message, about))
    .map(message => ({ at: message.sent_at, after: message.sequence, row: messageRow(message, about) }));
  for (const note of parts.flatMap(part => part.notes)) {
    rows.push({ at: note.at, after: note.after + 0.5, row: { kind: 'note', key: note.id, note } });
  }
  const transfers = [...interaction.transfers, ...(interaction.transfer ? [interaction.transfer] : [])];
  for (const transfer of transfers) {
    const before = messages.findLast(message => message.received_at <= transfer.at);
    if (!before && first > 1) continue;
    const key = `transfer ${interaction.id} ${transfer.at}`;
    rows.push({ at: transfer.at, after: (before?.sequence ?? 0) + 0.7, row: { kind: 'transfer', key, transfer } });
  }
  return rows.sort((one, other) => one.after - other.after || one.at.localeCompare(other.at));
}

/** Parts of the same interaction together, the oldest interaction first and its parts in order. */
function byInteraction(parts: readonly Part[]): Part[][] {
  const groups = new Map<string, Part[]>();
  for (const part of [...parts].reverse()) {
    const group = groups.get(part.interaction.id) ?? [];
    group.push(part);
    groups.set(part.interaction.id, group);
  }
  return [...groups.values()];
}

/** The lines; `current` is the interaction as it is now, `parts` are as `useTimeline` has them. */
export function rowsOf(parts: readonly (Part | null)[], current: Interaction, pending: readonly Pending[]): Row[] {
  const present = parts.filter(part => part !== null);
  const about = gather(present.flatMap(part => part.messages));
  const rows: Row[] = parts.includes(null) ? [{ kind: 'begin', key: 'begin' }] : [];
  let shown = '';
  const dated = (at: string, row: Row) => {
    const wanted = day(at);
    if (wanted !== shown) rows.push({ kind: 'day', key: `day ${row.key}`, at });
    shown = wanted;
    rows.push(row);
  };
  for (const group of byInteraction(present)) {
    const first = group[0];
    if (!first) continue;
    const interaction = first.interaction.id === current.id ? current : first.interaction;
    if (first.before === null) {
      rows.push({ kind: 'interaction', key: `interaction ${interaction.id}`, interaction });
    }
    for (const { at, row } of datedOf(interaction, group, about)) dated(at, row);
    if (interaction.closed_at) rows.push({ kind: 'closed', key: `closed ${interaction.id}`, interaction });
  }
  for (const one of pending) dated(one.at, { kind: 'pending', key: one.key, pending: one });
  return rows;
}
