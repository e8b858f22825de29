import { Text } from '@mantine/core';
import { IconHourglass } from '@tabler/icons-react';
import { useEffect } from 'react';
import type { InteractionView } from '@/agent/desk/queries';
import { duration, useNow } from '@/agent/desk/time';
import { queryClient } from '@/api/queries';
import { t } from '@/texts/agent';

const EVERY_MS = 15_000;
const SOON_MS = 2 * 3600_000;

/** How long the customer may still be written to freely. */
export function WindowClock({ window: open }: { window: InteractionView['window'] }) {
  const now = useNow(EVERY_MS);
  const left = open.closes_at ? Date.parse(open.closes_at) - now : 0;
  const over = open.open && left <= 0;
  useEffect(() => {
    // Time alone closes it: no event says so.
    if (over) void queryClient.invalidateQueries({ queryKey: ['interaction'] });
  }, [over]);
  if (!open.open || left <= 0) return null;
  return (
    <Text
      size="xs"
      c={left < SOON_MS ? 'light-dark(var(--mantine-color-orange-9), var(--mantine-color-orange-4))' : 'dimmed'}
    >
      <IconHourglass size={12} style={{ verticalAlign: '-1px' }} aria-hidden /> {t.composer.windowLeft(duration(left))}
    </Text>
  );
}
