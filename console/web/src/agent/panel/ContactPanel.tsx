import { ActionIcon, Avatar, Group, Loader, Stack, TagsInput, Text, Title } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { earlierInteractions } from '@/agent/conversation/useTimeline';
import { agentName, clicks, type Interaction, queueName, useDesk } from '@/agent/desk/queries';
import { between, dateAndTime } from '@/agent/desk/time';
import { AccountKey } from '@/agent/list/AccountKey';
import classes from '@/agent/panel/ContactPanel.module.css';
import { api, unwrap } from '@/api/client';
import { keys } from '@/api/queries';
import { notifyProblem } from '@/components/notify';
import { stateWord } from '@/components/StateBadge';
import { t } from '@/texts/agent';

interface Props {
  interaction: Interaction;
  agent: string | null;
  /** Left out where something around the panel closes it. */
  onClose?: () => void;
}

/** Who the customer is, what is known of this interaction, and which there were before. */
export function ContactPanel({ interaction, agent, onClose }: Props) {
  const name = interaction.contact_name || interaction.contact_key;
  return (
    <aside className={classes.panel} aria-label={t.panel.label}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Group gap="sm" wrap="nowrap" miw={0}>
          <Avatar name={name} color="initials" size={46} radius="xl" aria-hidden />
          <div style={{ minWidth: 0 }}>
            <Title order={2} className={classes.name}>
              {name}
            </Title>
            <Text size="xs" c="dimmed" truncate>
              {interaction.contact_key}
            </Text>
          </div>
        </Group>
        {onClose && (
          <ActionIcon variant="subtle" color="gray" aria-label={t.panel.close} onClick={onClose}>
            <IconX size={16} aria-hidden />
          </ActionIcon>
        )}
      </Group>
      <ContactFacts interaction={interaction} />
      <Facts interaction={interaction} agent={agent} />
      <History interaction={interaction} />
    </aside>
  );
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function ContactFacts({ interaction }: { interaction: Interaction }) {
  const { data: contact } = useQuery({
    queryKey: keys.configuration('contact', interaction.contact_id),
    queryFn: () => unwrap(api.GET('/api/contacts/{id}', { params: { path: { id: interaction.contact_id } } })),
    retry: false,
  });
  if (!contact) return null;
  return (
    <dl className={classes.facts}>
      <Fact label={t.panel.number}>{contact.number ?? t.panel.noNumber}</Fact>
      {contact.tags.length > 0 && <Fact label={t.panel.tags}>{contact.tags.join(', ')}</Fact>}
      {Object.entries(contact.attributes ?? {}).map(([attribute, value]) => (
        <Fact key={attribute} label={attribute}>
          {typeof value === 'string' ? value : JSON.stringify(value)}
        </Fact>
      ))}
    </dl>
  );
}

function Facts({ interaction, agent }: { interaction: Interaction; agent: string | null }) {
  const { data: desk } = useDesk();
  const { first_message_at: asked, first_answer_at: answered } = interaction;
  return (
    <Stack gap="xs">
      <Title order={3} size="sm">
        {t.panel.interaction}
      </Title>
      <dl className={classes.facts}>
        <Fact label={t.panel.account}>
          <AccountKey value={interaction.account_key} />
        </Fact>
        <Fact label={t.panel.opened}>{dateAndTime(interaction.opened_at)}</Fact>
        {interaction.queue_id && <Fact label={t.panel.queue}>{queueName(desk, interaction.queue_id)}</Fact>}
        {interaction.owner && <Fact label={t.panel.owner}>{agentName(desk, interaction.owner)}</Fact>}
        {asked && answered && <Fact label={t.panel.waited}>{between(asked, answered)}</Fact>}
        {interaction.disposition.length > 0 && (
          <Fact label={t.panel.disposition}>{interaction.disposition.join(' > ')}</Fact>
        )}
      </dl>
      <Tags interaction={interaction} agent={agent} />
    </Stack>
  );
}

function Tags({ interaction, agent }: { interaction: Interaction; agent: string | null }) {
  function change(wanted: string[]) {
    const add = wanted.filter(one => !interaction.tags.includes(one));
    const remove = interaction.tags.filter(one => !wanted.includes(one));
    clicks.tags(interaction.id, agent, { add, remove }).catch(notifyProblem);
  }
  return (
    <TagsInput
      size="xs"
      label={t.panel.interactionTags}
      placeholder={t.panel.addTag}
      value={[...interaction.tags]}
      onChange={change}
    />
  );
}

function History({ interaction }: { interaction: Interaction }) {
  const { data, isPending } = useQuery(earlierInteractions(interaction));
  const others = data?.filter(one => one.id !== interaction.id) ?? [];
  return (
    <Stack gap={6}>
      <Title order={3} size="sm">
        {t.panel.history}
      </Title>
      {isPending && <Loader size="sm" aria-label={t.panel.history} />}
      {data && others.length === 0 && (
        <Text size="sm" c="dimmed">
          {t.panel.noHistory}
        </Text>
      )}
      {others.map(one => (
        <Link key={one.id} to={`/inbox/${one.id}`} className={classes.earlier}>
          <Text size="sm">{dateAndTime(one.opened_at)}</Text>
          <Text size="xs" c="dimmed">
            {one.disposition.join(' > ') || stateWord(one)}
            {' · '}
            {t.panel.messages(one.sequence)}
          </Text>
        </Link>
      ))}
    </Stack>
  );
}
