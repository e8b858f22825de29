import { Center, Drawer, Stack, Text } from '@mantine/core';
import { useDisclosure, useDocumentTitle, useLocalStorage, useMediaQuery } from '@mantine/hooks';
import { IconMessages } from '@tabler/icons-react';
import { useParams } from 'react-router';
import { Conversation } from '@/agent/conversation/Conversation';
import { useAgentId, useInteraction } from '@/agent/desk/queries';
import { StartDialog } from '@/agent/dialogs/StartDialog';
import classes from '@/agent/InboxPage.module.css';
import { InteractionList } from '@/agent/list/InteractionList';
import { OfferCards } from '@/agent/offers/OfferCards';
import { ContactPanel } from '@/agent/panel/ContactPanel';
import { t } from '@/texts/agent';
import { t as common } from '@/texts/common';

const SMALL = '(max-width: 760px)';
const NARROW = '(max-width: 1180px)';

/** Where conversations are worked on: the list, one of them, and who it is with. */
export default function InboxPage() {
  const { interaction: id } = useParams();
  const agent = useAgentId();
  const small = useMediaQuery(SMALL, false, { getInitialValueInEffect: false });
  const [starting, start] = useDisclosure(false);
  const { data: chosen } = useInteraction(id);
  const name = chosen && (chosen.contact_name || chosen.contact_key);
  useDocumentTitle(`${name ?? t.title} · ${common.product}`);
  const panel = usePanel();
  const docked = panel.docked && chosen !== undefined && !small;
  return (
    <div className={classes.inbox} data-small={small || undefined} data-panel={docked || undefined}>
      {(!small || !id) && (
        <div className={classes.list}>
          <InteractionList chosen={id} onStart={start.open} offers={<OfferCards />} />
        </div>
      )}
      {(!small || id) && (
        <div className={classes.conversation}>
          {id ? <Conversation id={id} small={small} panel={panel.shown} onPanel={panel.toggle} /> : <Nothing />}
        </div>
      )}
      {docked && (
        <div className={classes.panel}>
          <ContactPanel interaction={chosen} agent={agent} onClose={panel.toggle} />
        </div>
      )}
      {chosen && (
        <Drawer opened={panel.drawn} onClose={panel.toggle} position="right" size={320} title={t.panel.label}>
          <ContactPanel interaction={chosen} agent={agent} />
        </Drawer>
      )}
      {agent && <StartDialog agent={agent} opened={starting} onClose={start.close} />}
    </div>
  );
}

/** The contact panel: beside the conversation where there is room, else drawn over it when it is asked for. */
function usePanel() {
  const narrow = useMediaQuery(NARROW, false, { getInitialValueInEffect: false });
  const [wanted, setWanted] = useLocalStorage({
    key: 'switchboard.panel',
    defaultValue: true,
    getInitialValueInEffect: false,
  });
  const [drawn, drawer] = useDisclosure(false);
  const docked = !narrow && wanted;
  return {
    docked,
    drawn: narrow && drawn,
    shown: docked || (narrow && drawn),
    toggle: () => (narrow ? drawer.toggle() : setWanted(!wanted)),
  };
}

function Nothing() {
  return (
    <Center h="100%">
      <Stack align="center" gap={4} c="dimmed">
        <IconMessages size={44} stroke={1.2} aria-hidden />
        <Text>{t.choose}</Text>
        <Text size="sm">{t.chooseHint}</Text>
      </Stack>
    </Center>
  );
}
