import { Tooltip } from '@mantine/core';
import { IconAlertCircleFilled, IconCheck, IconChecks, IconClock, IconHelp } from '@tabler/icons-react';
import type { StoredMessage } from '@/agent/desk/queries';
import { t } from '@/texts/agent';

const ICONS = {
  queued: IconClock,
  unconfirmed: IconHelp,
  sent: IconCheck,
  delivered: IconChecks,
  read: IconChecks,
  failed: IconAlertCircleFilled,
} as const;

const COLOURS = {
  read: 'light-dark(var(--mantine-color-blue-7), var(--mantine-color-blue-4))',
  failed: 'light-dark(var(--mantine-color-red-8), var(--mantine-color-red-4))',
} as Partial<Record<keyof typeof ICONS, string>>;

/** How far a message of ours has come. */
export function DeliveryMark({ state }: { state: NonNullable<StoredMessage['state']> }) {
  const Icon = ICONS[state];
  return (
    <Tooltip label={t.message.states[state]}>
      <span role="img" aria-label={t.message.states[state]} data-delivery={state} style={{ lineHeight: 0 }}>
        <Icon size={15} color={COLOURS[state]} aria-hidden />
      </span>
    </Tooltip>
  );
}
