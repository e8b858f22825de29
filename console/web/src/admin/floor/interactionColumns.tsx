/** Columns of the list of interactions. Those with a filter are filtered by the API. */
import { Badge, Group, Text } from '@mantine/core';
import { agentName, type Desk, type Interaction, queueName } from '@/agent/desk/queries';
import { dateAndTime, shortly } from '@/agent/desk/time';
import { StateBadge, stateWord } from '@/components/StateBadge';
import type { Column, FilterOption } from '@/components/table/columns';
import { t as common } from '@/texts/common';
import { t } from '@/texts/floor';

const words = t.interactions;
const PREVIEW_PX = 180;
const NAME_PX = 150;

function options(named: readonly { id: string; name: string }[] | undefined): FilterOption[] {
  return (named ?? []).map(({ id, name }) => ({ value: id, label: name }));
}

function moment(at: string | null): string {
  return at ? dateAndTime(at) : '';
}

/** Read-only columns that the API cannot sort by are not sorted at all. */
export function columnsOf(desk: Desk | undefined, byClosing: boolean): Column<Interaction>[] {
  const accountName = (row: Interaction) =>
    desk?.accounts.find(one => one.id === row.account_id)?.name ?? row.account_key;
  const byTime = (id: string, header: string, at: (row: Interaction) => string | null) => ({
    id,
    header,
    value: (row: Interaction) => moment(at(row)),
    cell: (row: Interaction) => <Moment at={at(row)} />,
  });
  return [
    {
      id: 'contact',
      header: words.contact,
      value: row => row.contact_name || row.contact_key,
      filter: 'text',
    },
    { id: 'key', header: words.contactKey, value: row => row.contact_key, hidden: true },
    {
      id: 'account',
      header: t.account,
      value: accountName,
      filter: options(desk?.accounts),
      cell: row => (
        <Group gap={6} wrap="nowrap">
          <Badge variant="default" size="sm" tt="none" miw="max-content">
            {row.account_key}
          </Badge>
          <Text span size="sm" truncate maw={NAME_PX}>
            {accountName(row)}
          </Text>
        </Group>
      ),
    },
    {
      id: 'state',
      header: words.state,
      value: stateWord,
      filter: Object.entries(common.interactionStates).map(([value, label]) => ({ value, label })),
      cell: row => <StateBadge of={row} />,
    },
    {
      id: 'queue',
      header: t.queue,
      value: row => queueName(desk, row.queue_id),
      cell: row => (
        <Text size="sm" truncate maw={NAME_PX}>
          {queueName(desk, row.queue_id)}
        </Text>
      ),
      filter: options(desk?.queues),
    },
    {
      id: 'owner',
      header: words.owner,
      value: row => agentName(desk, row.owner) || row.offered_to.map(one => `(${agentName(desk, one)})`).join(' '),
      filter: options(desk?.agents),
    },
    { id: 'tag', header: words.tags, value: row => row.tags.join(', '), filter: 'text', hidden: true },
    {
      id: 'preview',
      header: words.preview,
      value: row => row.preview,
      cell: row => (
        <Text size="sm" truncate maw={PREVIEW_PX}>
          {row.preview}
        </Text>
      ),
    },
    { ...byTime('opened', words.opened, row => row.opened_at), sort: 'opened' },
    { ...byTime('last', words.lastMessage, row => row.last_message_at), hidden: true },
    { ...byTime('closed', words.closed, row => row.closed_at), sort: byClosing ? 'closed' : false, hidden: true },
    {
      id: 'disposition',
      header: words.disposition,
      value: row => row.disposition.join(' › '),
      hidden: true,
    },
    { id: 'messages', header: words.messages, value: row => String(row.sequence), align: 'right' },
  ];
}

function Moment({ at }: { at: string | null }) {
  return at ? (
    <time dateTime={at} title={dateAndTime(at)}>
      {shortly(at)}
    </time>
  ) : null;
}
