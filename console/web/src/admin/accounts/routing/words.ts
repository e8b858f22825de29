/** Routing actions in words. */
import {
  IconArrowForward,
  IconArrowsSplit2,
  IconMessageReply,
  IconNote,
  IconTag,
  IconUser,
  IconUsers,
  IconWebhook,
  IconX,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { Action, ActionName } from '@/admin/accounts/routing/actions';
import { useNames } from '@/admin/desk/named';
import { t } from '@/texts/admin';

export const ICONS: Record<ActionName, ComponentType<{ size?: number | string }>> = {
  Queue: IconUsers,
  Agent: IconUser,
  Gotoif: IconArrowsSplit2,
  Goto: IconArrowForward,
  AutoReply: IconMessageReply,
  Close: IconX,
  Tag: IconTag,
  Webhook: IconWebhook,
  Noop: IconNote,
};

export const COLOURS: Record<ActionName, string> = {
  Queue: 'teal',
  Agent: 'teal',
  Gotoif: 'violet',
  Goto: 'violet',
  AutoReply: 'blue',
  Close: 'red',
  Tag: 'orange',
  Webhook: 'grape',
  Noop: 'gray',
};

export const ACTION_NAMES = Object.keys(ICONS) as ActionName[];

export interface Names {
  queue: (id: string) => string;
  agent: (id: string) => string;
  interval: (id: string) => string;
}

export function useRoutingNames() {
  const queues = useNames('queues');
  const agents = useNames('agents');
  const intervals = useNames('intervals');
  const names: Names = { queue: queues.nameOf, agent: agents.nameOf, interval: intervals.nameOf };
  return { queues, agents, intervals, names };
}

const next = (position: number | null) => (position === null ? t.routing.next : String(position));

/** What an entry does, in a line. */
export function summary(action: Action, names: Names): string {
  switch (action.action) {
    case 'Queue':
      return t.routing.upTo(names.queue(action.queue), action.timeout);
    case 'Agent':
      return t.routing.upTo(names.agent(action.agent), action.timeout);
    case 'Gotoif':
      return t.routing.branches(action.condition, next(action.if_true), next(action.if_false));
    case 'Goto':
      return t.routing.to(action.position);
    case 'AutoReply':
      return action.text;
    case 'Close':
      return action.disposition;
    case 'Tag':
      return action.tag;
    case 'Webhook':
      return action.url;
    default:
      return action.text;
  }
}
