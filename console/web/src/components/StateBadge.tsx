import { Badge } from '@mantine/core';
import type { Schema } from '@/api/client';
import { t } from '@/texts/common';

type Standing = Pick<Schema<'Interaction'>, 'state' | 'unmanaged'>;

const COLORS = {
  routing: 'gray',
  offered: 'blue',
  waiting: 'orange',
  assigned: 'teal',
  wrapup: 'grape',
  closed: 'gray',
} as const;

/** Where an interaction stands, in a word. */
export function stateWord({ state, unmanaged }: Standing): string {
  return unmanaged && state !== 'closed' ? t.unmanaged : t.interactionStates[state];
}

export function StateBadge({ of }: { of: Standing }) {
  return (
    <Badge
      color={of.unmanaged && of.state !== 'closed' ? 'red' : COLORS[of.state]}
      variant="light"
      tt="none"
      miw="max-content"
    >
      {stateWord(of)}
    </Badge>
  );
}
