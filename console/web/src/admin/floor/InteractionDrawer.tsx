import { Button, Drawer, Group, Loader, Stack, Text, Title } from '@mantine/core';
import { IconMessage, IconUserShare } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { assign } from '@/admin/floor/assign';
import classes from '@/admin/floor/Floor.module.css';
import { useTraces } from '@/admin/floor/interactions';
import { RouteDrawing } from '@/admin/floor/RouteDrawing';
import {
  agentName,
  type Desk,
  type Interaction,
  queueName,
  targetName,
  useDesk,
  useInteraction,
} from '@/agent/desk/queries';
import { dateAndTime, toTheSecond } from '@/agent/desk/time';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StateBadge } from '@/components/StateBadge';
import { t as common } from '@/texts/common';
import { t } from '@/texts/floor';

/** One interaction beside the list: the facts, and how it was routed. */
export function InteractionDrawer({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  return (
    <Drawer
      opened={id !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={t.interactions.routing}
      closeButtonProps={{ 'aria-label': common.action.close }}
    >
      {id && <Content id={id} />}
    </Drawer>
  );
}

function Content({ id }: { id: string }) {
  const { data: interaction, error } = useInteraction(id);
  const { data: desk } = useDesk();
  if (!interaction) return error ? <ProblemAlert error={error} /> : <Loader />;
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Title order={2}>{interaction.contact_name || interaction.contact_key}</Title>
        <StateBadge of={interaction} />
      </Group>
      <Group gap="xs">
        <Button component={Link} to={`/inbox/${id}`} leftSection={<IconMessage size={16} aria-hidden />}>
          {t.interactions.watch}
        </Button>
        {interaction.open && desk && (
          <Button
            variant="default"
            leftSection={<IconUserShare size={16} aria-hidden />}
            onClick={() => assign([interaction], desk)}
          >
            {t.interactions.assign}
          </Button>
        )}
      </Group>
      <Facts interaction={interaction} desk={desk} />
      <Walks id={id} desk={desk} />
    </Stack>
  );
}

function Facts({ interaction, desk }: { interaction: Interaction; desk: Desk | undefined }) {
  const words = t.interactions;
  const time = (at: string | null) => at && dateAndTime(at);
  const account = desk?.accounts.find(one => one.id === interaction.account_id);
  const facts: [string, ReactNode][] = [
    [words.contact, interaction.contact_key],
    [t.account, account ? `${account.name} (${interaction.account_key})` : interaction.account_key],
    [t.queue, queueName(desk, interaction.queue_id)],
    [words.owner, agentName(desk, interaction.owner)],
    [words.opened, time(interaction.opened_at)],
    [words.waitingSince, interaction.owner ? null : time(interaction.waiting_since)],
    [words.firstAnswer, time(interaction.first_answer_at)],
    [words.closed, time(interaction.closed_at)],
    [words.disposition, interaction.disposition.join(' › ')],
    [words.tags, interaction.tags.join(', ')],
    [words.messages, String(interaction.sequence)],
  ];
  if (interaction.offered_to.length > 0) {
    facts.push(['', words.offeredTo(interaction.offered_to.map(one => agentName(desk, one)).join(', '))]);
  }
  return (
    <dl className={classes.facts}>
      {facts
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <Fact key={name} name={name} value={value} />
        ))}
    </dl>
  );
}

function Fact({ name, value }: { name: string; value: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

function Walks({ id, desk }: { id: string; desk: Desk | undefined }) {
  const { data, error, refetch } = useTraces(id);
  const nameOf = (value: string) =>
    value
      .split(', ')
      .map(one => (/^(queue|agent):/.test(one) ? targetName(desk, one) : agentName(desk, one)))
      .join(', ');
  return (
    <Stack gap="xs">
      <Title order={2}>{t.trace.title}</Title>
      <ProblemAlert error={error} retry={() => void refetch()} />
      {data?.length === 0 && <Text c="dimmed">{t.trace.empty}</Text>}
      {data?.map(walk => (
        <section key={walk.id} className={classes.walk} aria-label={t.trace.walk(dateAndTime(walk.at))}>
          <Group justify="space-between" mb="sm">
            <Text size="sm" fw={600}>
              {dateAndTime(walk.at)}
            </Text>
            <Text size="xs" c="dimmed">
              {t.trace.version(walk.config_version)}
            </Text>
          </Group>
          <RouteDrawing entries={walk.entries} nameOf={nameOf} timeOf={toTheSecond} />
        </section>
      ))}
    </Stack>
  );
}
