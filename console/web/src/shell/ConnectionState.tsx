import { Badge, Button, Group, Tooltip } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { useFeedState } from '@/live/LiveProvider';
import { t } from '@/texts/common';

const SECOND_MS = 1000;

/** Says when what is on the screen may be old; silent while all is well. */
export function ConnectionState() {
  const { feed, retry } = useFeedState();
  return (
    <Group gap="xs" role="status" aria-live="polite" data-live={feed.state}>
      {feed.state === 'lost' && (
        <>
          <Tooltip label={t.live.lostHint}>
            <Badge color="orange" variant="light" tt="none">
              <Countdown until={feed.retryAt} />
            </Badge>
          </Tooltip>
          <Button size="compact-xs" variant="default" onClick={retry}>
            {t.live.retry}
          </Button>
        </>
      )}
    </Group>
  );
}

function Countdown({ until }: { until: number }) {
  const [now, setNow] = useState(Date.now);
  const { start, stop } = useInterval(() => setNow(Date.now()), SECOND_MS);
  useEffect(() => {
    start();
    return stop;
  }, [start, stop]);
  return t.live.lost(Math.max(0, Math.ceil((until - now) / SECOND_MS)));
}
