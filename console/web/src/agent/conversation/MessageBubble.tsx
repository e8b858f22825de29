import { ActionIcon, Group, Menu, Popover, Text, UnstyledButton } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconArrowBackUp, IconCopy, IconCornerUpRight, IconDots, IconMoodSmile } from '@tabler/icons-react';
import { memo, useState } from 'react';
import { ContentView } from '@/agent/conversation/ContentView';
import { DeliveryMark } from '@/agent/conversation/DeliveryMark';
import { FormattedText } from '@/agent/conversation/FormattedText';
import type { MessageRow } from '@/agent/conversation/rows';
import classes from '@/agent/conversation/Timeline.module.css';
import { contentOf, summaryOf, textOf } from '@/agent/conversation/words';
import { agentName, type StoredMessage, useDesk } from '@/agent/desk/queries';
import { clock, dateAndTime } from '@/agent/desk/time';
import { t } from '@/texts/agent';

const QUICK = ['👍', '❤️', '😂', '😮', '😢', '🙏'];

export interface MessageTools {
  /** Answer this message, and react to it; null where the agent may not write. */
  reply: ((message: StoredMessage) => void) | null;
  react: ((message: StoredMessage, emoji: string) => void) | null;
  /** Go to the message with this id of the provider's. */
  goTo: (providerId: string) => void;
}

interface Props {
  row: MessageRow;
  quoted: StoredMessage | null;
  tools: MessageTools;
}

export const MessageBubble = memo(function MessageBubble({ row, quoted, tools }: Props) {
  const { message, reactions } = row;
  const own = message.direction === 'outbound';
  const automatic = own && (message.author?.startsWith('action:') ?? false);
  return (
    <div
      className={classes.message}
      data-own={own || undefined}
      data-automatic={automatic || undefined}
      data-failed={message.state === 'failed' || undefined}
      data-message={message.id}
    >
      <div className={classes.bubble}>
        <Origin message={message} />
        <Quote message={message} quoted={quoted} goTo={tools.goTo} />
        <Words row={row} />
        {message.state === 'failed' && <Reason message={message} />}
        {reactions.length > 0 && (
          <div className={classes.reactions}>
            {reactions.map(one => (
              <span key={`${one.emoji} ${one.mine}`} className={classes.reaction} title={t.message.reaction(one.emoji)}>
                {one.emoji}
              </span>
            ))}
          </div>
        )}
        <Foot row={row} automatic={automatic} />
      </div>
      <Tools message={message} tools={tools} />
    </div>
  );
});

function Words({ row }: { row: MessageRow }) {
  const content = contentOf(row.message);
  if (row.deleted) {
    return (
      <Text size="sm" fs="italic">
        {t.message.deleted}
      </Text>
    );
  }
  if (row.edited !== null) return <FormattedText text={row.edited} />;
  return content && <ContentView content={content} message={row.message} account={row.message.account_id} />;
}

/** Where a message of the customer's comes from, when it is not simply theirs. */
function Origin({ message }: { message: StoredMessage }) {
  const { context, referral } = message;
  const forwarded = context?.frequently_forwarded ? t.message.often : context?.forwarded ? t.message.forwarded : null;
  return (
    <>
      {forwarded && (
        <Text size="xs" c="dimmed" fs="italic">
          <IconCornerUpRight size={12} aria-hidden /> {forwarded}
        </Text>
      )}
      {referral && (
        <Text size="xs" c="dimmed">
          {t.message.advertisement}: {referral.headline || referral.source_url || referral.source_id}
        </Text>
      )}
    </>
  );
}

function Quote({
  message,
  quoted,
  goTo,
}: {
  message: StoredMessage;
  quoted: StoredMessage | null;
  goTo: (id: string) => void;
}) {
  const { data: desk } = useDesk();
  const about = message.reply_to ?? message.context?.message_id;
  if (!about) return null;
  if (!quoted) return <span className={classes.quote}>{t.message.earlier}</span>;
  const own = quoted.direction === 'outbound';
  return (
    <UnstyledButton className={classes.quote} onClick={() => goTo(about)}>
      {own && <b>{agentName(desk, quoted.author)}: </b>}
      {summaryOf(contentOf(quoted))}
    </UnstyledButton>
  );
}

function Reason({ message }: { message: StoredMessage }) {
  const reason = message.state_reason;
  return (
    <Text size="xs" c="light-dark(var(--mantine-color-red-9), var(--mantine-color-red-3))" mt={3} role="note">
      {reason?.sentence || reason?.title || t.message.states.failed}
      {reason?.code ? ` (${reason.code})` : ''}
    </Text>
  );
}

function Foot({ row, automatic }: { row: MessageRow; automatic: boolean }) {
  const { data: desk } = useDesk();
  const { message } = row;
  const own = message.direction === 'outbound';
  const author = automatic ? t.message.automatic : own ? agentName(desk, message.author) : '';
  return (
    <div className={classes.foot}>
      {row.edited !== null && <span>{t.message.edited}</span>}
      {author && <span>{author}</span>}
      <time dateTime={message.sent_at} title={dateAndTime(message.sent_at)}>
        {clock(message.sent_at)}
      </time>
      {message.state && <DeliveryMark state={message.state} />}
    </div>
  );
}

/** What can be done with a message: shown when it is pointed at, or has the focus. */
function Tools({ message, tools }: { message: StoredMessage; tools: MessageTools }) {
  const clipboard = useClipboard();
  const words = textOf(contentOf(message));
  const { reply, react } = tools;
  const at = message.provider_id !== '';
  return (
    <Group className={classes.tools} gap={0} wrap="nowrap">
      {react && at && message.direction === 'inbound' && <React_ onReact={emoji => react(message, emoji)} />}
      <Menu position="bottom" withinPortal>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="sm" aria-label={t.message.actions}>
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {reply && at && (
            <Menu.Item leftSection={<IconArrowBackUp size={16} aria-hidden />} onClick={() => reply(message)}>
              {t.message.reply}
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={<IconCopy size={16} aria-hidden />}
            disabled={!words}
            onClick={() => clipboard.copy(words)}
          >
            {t.message.copy}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}

function React_({ onReact }: { onReact: (emoji: string) => void }) {
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} trapFocus withArrow position="top">
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={t.message.react}
          aria-expanded={opened}
          onClick={() => setOpened(!opened)}
        >
          <IconMoodSmile size={16} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p={4}>
        <Group gap={2}>
          {QUICK.map(emoji => (
            <ActionIcon
              key={emoji}
              variant="subtle"
              color="gray"
              aria-label={t.message.reaction(emoji)}
              onClick={() => {
                setOpened(false);
                onReact(emoji);
              }}
            >
              {emoji}
            </ActionIcon>
          ))}
        </Group>
      </Popover.Dropdown>
    </Popover>
  );
}
