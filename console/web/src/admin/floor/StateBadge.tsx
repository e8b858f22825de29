import { Badge } from '@mantine/core';
import type { Interaction } from '@/agent/desk/queries';
import { t } from '@/texts/floor';

const COLORS = {
  routing: 'gray',
  offered: 'blue',
  waiting: 'orange',
  assigned: 'teal',
  wrapup: 'grape',
  closed: 'gray',
} as const;

/** Where an interaction stands, in a word. */
export function stateWord({ state, unmanaged }: Pick<Interaction, 'state' | 'unmanaged'>): string {
  return unmanaged && state !== 'closed' ? t.interactions.unmanaged : t.interactions.states[state];
}

export function StateBadge({ of }: { of: Pick<Interaction, 'state' | 'unmanaged'> }) {
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
