import { Center, Loader } from '@mantine/core';
import { useDisclosure, useDocumentVisibility } from '@mantine/hooks';
import { useCallback, useEffect, useState } from 'react';
import { Composer } from '@/agent/composer/Composer';
import { send } from '@/agent/composer/outbox';
import classes from '@/agent/conversation/Conversation.module.css';
import { ConversationHead } from '@/agent/conversation/ConversationHead';
import { StandingBar } from '@/agent/conversation/StandingBar';
import { Timeline } from '@/agent/conversation/Timeline';
import { useTimeline } from '@/agent/conversation/useTimeline';
import { clicks, type InteractionView, type StoredMessage, useAgentId, useInteraction } from '@/agent/desk/queries';
import { TemplateDialog } from '@/agent/dialogs/TemplateDialog';
import { problemOf } from '@/api/problems';
import { ProblemAlert } from '@/components/ProblemAlert';
import { t } from '@/texts/agent';

const NOT_FOUND = 404;

interface Props {
  id: string;
  small: boolean;
  panel: boolean;
  onPanel: () => void;
}

export function Conversation({ id, ...around }: Props) {
  const { data, error, refetch } = useInteraction(id);
  if (data) return <Open key={id} interaction={data} {...around} />;
  if (!error) {
    return (
      <Center h="100%">
        <Loader aria-label={t.message.log} />
      </Center>
    );
  }
  return (
    <Center h="100%" p="md">
      {problemOf(error).status === NOT_FOUND ? t.gone : <ProblemAlert error={error} retry={() => void refetch()} />}
    </Center>
  );
}

function Open({ interaction, small, panel, onPanel }: Omit<Props, 'id'> & { interaction: InteractionView }) {
  const agent = useAgentId();
  const timeline = useTimeline(interaction);
  const [reply, setReply] = useState<StoredMessage | null>(null);
  const [choosing, template] = useDisclosure(false);
  const { merge } = timeline;
  const writes =
    agent !== null && interaction.owner === agent && interaction.state === 'assigned' && !interaction.transfer;
  const sent = useCallback((message: StoredMessage) => merge([message]), [merge]);
  const react = useCallback(
    (message: StoredMessage, emoji: string) => {
      const content = { kind: 'reaction', message_id: message.id, emoji } as const;
      if (agent) void send(interaction.id, agent, { content }, sent);
    },
    [agent, interaction.id, sent],
  );
  useReading(interaction, writes ? agent : null);
  return (
    <div className={classes.pane} data-conversation={interaction.id}>
      <ConversationHead interaction={interaction} small={small} panel={panel} onPanel={onPanel} />
      <Timeline
        interaction={interaction}
        timeline={timeline}
        agent={agent}
        onReply={writes ? setReply : null}
        onReact={writes && interaction.window.open ? react : null}
      />
      {writes ? (
        <Composer
          interaction={interaction}
          agent={agent}
          reply={reply}
          onReply={setReply}
          onSent={sent}
          onNoted={note => merge([], [note])}
          onTemplate={template.open}
        />
      ) : (
        <StandingBar interaction={interaction} />
      )}
      {writes && (
        <TemplateDialog
          interaction={interaction}
          agent={agent}
          opened={choosing}
          onClose={template.close}
          onSent={sent}
        />
      )}
    </div>
  );
}

/** What the owner has before their eyes is read. */
function useReading({ id, unread, failure }: InteractionView, agent: string | null): void {
  const visible = useDocumentVisibility() === 'visible';
  const news = unread > 0 || failure !== null;
  useEffect(() => {
    // A failure to say so is no loss: the next message, or coming back, says it again.
    if (agent && visible && news) clicks.read(id, agent).catch(() => undefined);
  }, [agent, visible, news, id]);
}
