import { Box } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useLocation } from 'react-router';
import { OfferCards } from '@/agent/offers/OfferCards';
import { AgentAlerts } from '@/agent/state/AgentAlerts';
import { StateMenu } from '@/agent/state/StateMenu';
import { InHeader } from '@/shell/HeaderSlot';

const WIDTH = 340;

/** What goes with an agent through the whole client: their state, alerts, and offers where no list shows them. */
export default function AgentDesk() {
  const { pathname } = useLocation();
  const small = useMediaQuery('(max-width: 760px)', false, { getInitialValueInEffect: false });
  const listed = pathname === '/inbox' || (!small && pathname.startsWith('/inbox/'));
  return (
    <>
      <InHeader>
        <StateMenu />
      </InHeader>
      <AgentAlerts />
      {!listed && (
        <Box
          pos="fixed"
          {...(small ? { top: 112 } : { bottom: 12 })}
          right={12}
          w={WIDTH}
          maw="calc(100vw - 24px)"
          style={{ zIndex: 150 }}
        >
          <OfferCards />
        </Box>
      )}
    </>
  );
}
