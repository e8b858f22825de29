/**
 * What an agent has sent and the API has not answered yet, by interaction. It is shown at the end of the conversation at
 * once; what failed can be tried again under the same key, so that it is never sent twice.
 */
import { useSyncExternalStore } from 'react';
import { clicks, type MessageInput, type StoredMessage } from '@/agent/desk/queries';

export interface Pending {
  key: string;
  at: string;
  input: MessageInput;
  /** Why it was not sent; null while it is on its way. */
  error: unknown;
}

const NONE: readonly Pending[] = [];
const waiting = new Map<string, readonly Pending[]>();
const watchers = new Set<() => void>();

function put(interaction: string, pending: readonly Pending[]): void {
  waiting.set(interaction, pending);
  for (const watcher of watchers) watcher();
}

function change(interaction: string, key: string, to: Pending | null): void {
  const others = waiting.get(interaction) ?? NONE;
  put(interaction, to ? others.map(one => (one.key === key ? to : one)) : others.filter(one => one.key !== key));
}

/** What is sent first arrives first: each waits for the one before it. */
const chains = new Map<string, Promise<void>>();

function deliver(
  interaction: string,
  agent: string,
  pending: Pending,
  onSent: (message: StoredMessage) => void,
): Promise<void> {
  const before = chains.get(interaction) ?? Promise.resolve();
  const delivery = before.then(() => attempt(interaction, agent, pending, onSent));
  chains.set(interaction, delivery);
  return delivery;
}

async function attempt(
  interaction: string,
  agent: string,
  pending: Pending,
  onSent: (message: StoredMessage) => void,
): Promise<void> {
  try {
    const message = await clicks.send(interaction, agent, { ...pending.input, key: pending.key });
    onSent(message);
    change(interaction, pending.key, null);
  } catch (error) {
    change(interaction, pending.key, { ...pending, error });
  }
}

/** A key that nobody else makes up. Not `randomUUID`, which browsers have on encrypted pages only. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
}

/** Sends a message; it is in the outbox until the API has taken it. */
export function send(
  interaction: string,
  agent: string,
  input: MessageInput,
  onSent: (message: StoredMessage) => void,
): Promise<void> {
  const pending = { key: newKey(), at: new Date().toISOString(), input, error: null };
  put(interaction, [...(waiting.get(interaction) ?? NONE), pending]);
  return deliver(interaction, agent, pending, onSent);
}

export function sendAgain(
  interaction: string,
  agent: string,
  pending: Pending,
  onSent: (message: StoredMessage) => void,
): Promise<void> {
  const again = { ...pending, error: null };
  change(interaction, pending.key, again);
  return deliver(interaction, agent, again, onSent);
}

export function discard(interaction: string, key: string): void {
  change(interaction, key, null);
}

export function usePending(interaction: string): readonly Pending[] {
  return useSyncExternalStore(
    watcher => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => waiting.get(interaction) ?? NONE,
  );
}
