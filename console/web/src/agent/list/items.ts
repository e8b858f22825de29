/** Lines of the list of interactions, whether they come from the agent's queue or from a search. */
import type { Desk, Entry, Interaction } from '@/agent/desk/queries';
import { agentName } from '@/agent/desk/queries';
import { stateWord } from '@/components/StateBadge';
import { t } from '@/texts/agent';

export interface Item {
  id: string;
  accountId: string;
  accountKey: string;
  name: string;
  contactKey: string;
  preview: string;
  unread: number;
  marked: boolean;
  failed: boolean;
  at: string | null;
  /** What is to be known beside the words: who has it, or how it stands. */
  status: string;
}

export function itemOfEntry(entry: Entry): Item {
  const standing = { wrapup: t.list.wrapup, waiting: t.list.transferring, offered: t.list.transferring };
  return {
    id: entry.interaction_id,
    accountId: entry.account_id,
    accountKey: entry.account_key,
    name: entry.contact_name || entry.contact_key,
    contactKey: entry.contact_key,
    preview: entry.preview,
    unread: entry.unread,
    marked: entry.unread_mark,
    failed: entry.failure !== null,
    at: entry.last_message_at,
    status: entry.transfer ? t.list.transferring : (standing[entry.state as keyof typeof standing] ?? ''),
  };
}

export function itemOfInteraction(one: Interaction, desk: Desk | undefined): Item {
  const state = stateWord(one);
  return {
    id: one.id,
    accountId: one.account_id,
    accountKey: one.account_key,
    name: one.contact_name || one.contact_key,
    contactKey: one.contact_key,
    preview: one.preview,
    unread: one.unread,
    marked: one.unread_mark,
    failed: one.failure !== null,
    at: one.last_message_at ?? one.opened_at,
    status: one.state === 'assigned' ? t.list.owner(agentName(desk, one.owner)) : state,
  };
}

/** Whether a line is what is searched for. */
export function found(item: Item, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  return wanted === '' || `${item.name}\n${item.contactKey}`.toLowerCase().includes(wanted);
}
