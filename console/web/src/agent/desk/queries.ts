/** What agents' pages fetch, and what clicks send. */
import { useQuery } from '@tanstack/react-query';
import { answering } from '@/agent/offers/withdrawn';
import { api, type Schema, unwrap } from '@/api/client';
import { keys, queryClient } from '@/api/queries';
import { useMe } from '@/session/session';

export type Desk = Schema<'Desk'>;
export type DeskAccount = Schema<'DeskAccount'>;
export type Entry = Schema<'AgentQueueEntry'>;
export type Interaction = Schema<'Interaction'>;
export type InteractionView = Schema<'InteractionView'>;
export type StoredMessage = Schema<'StoredMessage'>;
export type Note = Schema<'Note'>;
export type Template = Schema<'Template'>;
export type MessageInput = Schema<'MessageInput'>;

const DESK_STALE_MS = 60_000;

/** Accounts, colleagues, queues, pauses and answers. */
export function useDesk() {
  return useQuery({
    queryKey: keys.configuration('desk'),
    queryFn: () => unwrap(api.GET('/api/desk')),
    staleTime: DESK_STALE_MS,
  });
}

export function accountOf(desk: Desk | undefined, id: string | undefined): DeskAccount | undefined {
  return desk?.accounts.find(one => one.id === id);
}

/** What somebody is called: an agent by their id; one who was deleted keeps the id. */
export function agentName(desk: Desk | undefined, id: string | null | undefined): string {
  return desk?.agents.find(one => one.id === id)?.name ?? id ?? '';
}

export function queueName(desk: Desk | undefined, id: string | null | undefined): string {
  return desk?.queues.find(one => one.id === id)?.name ?? id ?? '';
}

/** The name behind `agent:ID` or `queue:ID`. */
export function targetName(desk: Desk | undefined, target: string): string {
  const [kind, ...rest] = target.split(':');
  const id = rest.join(':');
  return kind === 'queue' ? queueName(desk, id) : agentName(desk, id);
}

/** The agent who is signed in; null for supervisors and admins who are none. */
export function useAgentId(): string | null {
  return useMe().user.agent_id;
}

/** What the agent has in front of them; empty for who is no agent. */
export function useAgentQueue() {
  const agent = useAgentId();
  return useQuery({
    queryKey: keys.agentQueue(agent ?? ''),
    queryFn: async () => (await unwrap(api.GET('/api/agents/{id}/queue', at({ id: agent ?? '' })))).items,
    enabled: agent !== null,
  });
}

export function usePresence() {
  const agent = useAgentId();
  return useQuery({
    queryKey: keys.presence(agent ?? ''),
    queryFn: () => unwrap(api.GET('/api/agents/{id}/state', at({ id: agent ?? '' }))),
    enabled: agent !== null,
  });
}

export function useInteraction(id: string | undefined) {
  return useQuery({
    queryKey: keys.interaction(id ?? ''),
    queryFn: () => unwrap(api.GET('/api/interactions/{id}', at({ id: id ?? '' }))),
    enabled: id !== undefined,
  });
}

function at<P extends object>(path: P) {
  return { params: { path } };
}

function acting(id: string, agent: string | null) {
  return { params: { path: { id }, query: agent ? { agent } : {} } };
}

/** Takes over what a click has made of an interaction, so that the screen need not wait for the feed. */
async function clicked<T extends Interaction>(answer: Promise<T>): Promise<T> {
  const interaction = await answer;
  queryClient.setQueryData<InteractionView>(
    keys.interaction(interaction.id),
    before => before && { ...before, ...interaction },
  );
  const old = [keys.interaction(interaction.id), keys.interactions(), ['agent_queue'], ['presence']];
  for (const queryKey of old) void queryClient.invalidateQueries({ queryKey });
  return interaction;
}

const ENTRY = '/api/agents/{id}/queue/{interaction}' as const;

/** Clicks: each is one call, and throws a `ProblemError` that says why it was refused. `agent` is who clicks. */
export const clicks = {
  accept: (agent: string, interaction: string) =>
    answering(interaction, () => clicked(unwrap(api.POST(`${ENTRY}/accept`, at({ id: agent, interaction }))))),
  reject: (agent: string, interaction: string) =>
    answering(interaction, () => clicked(unwrap(api.POST(`${ENTRY}/reject`, at({ id: agent, interaction }))))),
  pickUp: (agent: string, interaction: string) =>
    clicked(unwrap(api.POST(`${ENTRY}/pick-up`, at({ id: agent, interaction })))),
  takeOver: (agent: string, interaction: string) =>
    clicked(unwrap(api.POST(`${ENTRY}/take-over`, at({ id: agent, interaction })))),
  assign: (interaction: string, agent: string) =>
    clicked(unwrap(api.POST('/api/interactions/{id}/assign', { ...at({ id: interaction }), body: { agent } }))),
  read: (interaction: string, agent: string) =>
    clicked(unwrap(api.POST('/api/interactions/{id}/read', acting(interaction, agent)))),
  unread: (interaction: string, agent: string | null) =>
    clicked(unwrap(api.POST('/api/interactions/{id}/unread', acting(interaction, agent)))),
  tags: (interaction: string, agent: string | null, body: { add?: string[]; remove?: string[] }) =>
    clicked(unwrap(api.POST('/api/interactions/{id}/tags', { ...acting(interaction, agent), body }))),
  transfer: (interaction: string, agent: string | null, body: Schema<'TransferInput'>) =>
    clicked(unwrap(api.POST('/api/interactions/{id}/transfer', { ...acting(interaction, agent), body }))),
  takeBack: (interaction: string, agent: string | null) =>
    clicked(unwrap(api.DELETE('/api/interactions/{id}/transfer', acting(interaction, agent)))),
  close: (interaction: string, agent: string | null, body: Schema<'CloseInput'>) =>
    clicked(unwrap(api.POST('/api/interactions/{id}/close', { ...acting(interaction, agent), body }))),
  dispose: (interaction: string, agent: string | null, disposition: string[]) =>
    clicked(
      unwrap(api.PUT('/api/interactions/{id}/disposition', { ...acting(interaction, agent), body: { disposition } })),
    ),
  note: (interaction: string, agent: string | null, text: string) =>
    unwrap(api.POST('/api/interactions/{id}/notes', { ...acting(interaction, agent), body: { text } })),
  send: (interaction: string, agent: string, body: MessageInput) =>
    unwrap(api.POST('/api/interactions/{id}/messages', { ...acting(interaction, agent), body })),
  typing: (interaction: string, agent: string) =>
    unwrap(api.POST('/api/interactions/{id}/typing', acting(interaction, agent))),
  video: (interaction: string, agent: string) =>
    unwrap(api.POST('/api/interactions/{id}/video', acting(interaction, agent))),
  start: (account: string, agent: string, body: Schema<'StartInput'>) =>
    clicked(
      unwrap(
        api.POST('/api/accounts/{id}/interactions', { params: { path: { id: account }, query: { agent } }, body }),
      ),
    ),
  async setState(agent: string, state: Schema<'AgentState'>, pause = '') {
    const presence = await unwrap(api.PUT('/api/agents/{id}/state', { ...at({ id: agent }), body: { state, pause } }));
    queryClient.setQueryData(keys.presence(agent), presence);
    return presence;
  },
};
