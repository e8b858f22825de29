import { Button, Group, Text } from '@mantine/core';
import { IconClock, IconLock } from '@tabler/icons-react';
import { discard, type Pending } from '@/agent/composer/outbox';
import { ContentView } from '@/agent/conversation/ContentView';
import { FormattedText } from '@/agent/conversation/FormattedText';
import { MessageBubble, type MessageTools } from '@/agent/conversation/MessageBubble';
import type { Row } from '@/agent/conversation/rows';
import classes from '@/agent/conversation/Timeline.module.css';
import type { Content } from '@/agent/conversation/words';
import { agentName, type Interaction, type Note, type StoredMessage, targetName, useDesk } from '@/agent/desk/queries';
import { clock, dateAndTime, day } from '@/agent/desk/time';
import { sentenceOf } from '@/components/ProblemAlert';
import { t } from '@/texts/agent';

export interface RowContext {
  interaction: Interaction;
  tools: MessageTools;
  quoted: (message: StoredMessage) => StoredMessage | null;
  sendAgain: (pending: Pending) => void;
}

/** One line of a timeline. */
export function RowView({ row, context }: { row: Row; context: RowContext }) {
  switch (row.kind) {
    case 'begin':
      return <div className={classes.mark}>{t.message.beginning}</div>;
    case 'day':
      return <div className={classes.mark}>{day(row.at)}</div>;
    case 'interaction':
      return <div className={classes.line}>{t.message.interaction(dateAndTime(row.interaction.opened_at))}</div>;
    case 'closed':
      return <Closed interaction={row.interaction} />;
    case 'transfer':
      return <Transfer transfer={row.transfer} />;
    case 'note':
      return <NoteView note={row.note} />;
    case 'pending':
      return <PendingView pending={row.pending} context={context} />;
    case 'message':
      return <MessageBubble row={row} quoted={context.quoted(row.message)} tools={context.tools} />;
  }
}

function Closed({ interaction }: { interaction: Interaction }) {
  const words = t.message.closed(dateAndTime(interaction.closed_at ?? ''), interaction.disposition.join(' > '));
  return <div className={classes.line}>{words}</div>;
}

function Transfer({ transfer }: { transfer: Interaction['transfers'][number] }) {
  const { data: desk } = useDesk();
  const outcome = t.message.transferOutcome[transfer.outcome ?? 'pending'];
  const to = transfer.accepted_by ? agentName(desk, transfer.accepted_by) : targetName(desk, transfer.target);
  return (
    <div className={classes.mark}>
      {t.message.transferred(agentName(desk, transfer.sender), to, outcome)}
      {transfer.note && <div>“{transfer.note}”</div>}
    </div>
  );
}

function NoteView({ note }: { note: Note }) {
  const { data: desk } = useDesk();
  return (
    <div className={classes.note} data-note={note.id}>
      <Group gap={4} wrap="nowrap">
        <IconLock size={13} aria-hidden />
        <Text size="xs" fw={600}>
          {t.message.note} · {note.author ? agentName(desk, note.author) : t.message.supervisor}
        </Text>
      </Group>
      <FormattedText text={note.text} />
      <div className={classes.foot}>
        <time dateTime={note.at}>{clock(note.at)}</time>
      </div>
    </div>
  );
}

function PendingView({ pending, context }: { pending: Pending; context: RowContext }) {
  const { interaction } = context;
  const failed = pending.error !== null;
  return (
    <div className={classes.message} data-own data-failed={failed || undefined} data-pending={pending.key}>
      <div className={classes.bubble}>
        <ContentView content={pending.input.content as Content} message={null} account={interaction.account_id} />
        {failed && (
          <div role="alert">
            <Text size="xs" c="light-dark(var(--mantine-color-red-9), var(--mantine-color-red-3))" mt={3}>
              {t.message.notSent}: {sentenceOf(pending.error)}
            </Text>
            <Group gap={4} mt={4}>
              <Button size="compact-xs" variant="default" onClick={() => context.sendAgain(pending)}>
                {t.message.retry}
              </Button>
              <Button size="compact-xs" variant="default" onClick={() => discard(interaction.id, pending.key)}>
                {t.message.discard}
              </Button>
            </Group>
          </div>
        )}
        <div className={classes.foot}>
          <time dateTime={pending.at}>{clock(pending.at)}</time>
          {!failed && <IconClock size={13} aria-label={t.message.states.queued} />}
        </div>
      </div>
    </div>
  );
}
