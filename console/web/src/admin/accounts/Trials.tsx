import { Alert, Anchor, Button, Group, Paper, Select, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconPlugConnected, IconSend } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link } from 'react-router';
import type { SectionProps } from '@/admin/accounts/SectionForm';
import { useNames } from '@/admin/desk/named';
import { useTemplates } from '@/admin/templates/templates';
import { api, unwrap } from '@/api/client';
import { keys } from '@/api/queries';
import { ProblemAlert } from '@/components/ProblemAlert';
import { t } from '@/texts/admin';

const LOOK_MS = 1000;
const MOST_MS = 60_000;

/** Whether it works: the credentials, and a message to oneself. */
export function Trials({ account }: SectionProps) {
  return (
    <Paper withBorder p="md">
      <Title order={2} mb="sm">
        {t.trials.title}
      </Title>
      <Stack gap="lg">
        <CredentialsCheck account={account} />
        <TestMessage account={account} />
      </Stack>
    </Paper>
  );
}

interface Asked {
  id: string;
  until: number;
}

/** The last answer of the provider; looked at every second while one is awaited. */
function useCheck(account: string, asked: Asked | null) {
  return useQuery({
    queryKey: keys.configuration('check', account),
    queryFn: async () =>
      (await unwrap(api.GET('/api/accounts/{id}/check', { params: { path: { id: account } } }))).check,
    refetchInterval: ({ state }) =>
      asked && state.data?.correlation_id !== asked.id && Date.now() < asked.until ? LOOK_MS : false,
  });
}

function CredentialsCheck({ account }: SectionProps) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const check = useCheck(account.id, asked);
  const answered = check.data?.correlation_id === asked?.id;
  const waiting = asked !== null && !answered && Date.now() < asked.until;

  async function start() {
    setProblem(null);
    try {
      const path = { id: account.id };
      const { correlation_id: id } = await unwrap(api.POST('/api/accounts/{id}/check', { params: { path } }));
      setAsked({ id, until: Date.now() + MOST_MS });
    } catch (error) {
      setProblem(error);
    }
  }

  return (
    <Stack gap="xs" align="stretch">
      <Group gap="md">
        <Button
          variant="default"
          leftSection={<IconPlugConnected size={16} aria-hidden />}
          loading={waiting}
          onClick={() => void start()}
        >
          {t.trials.check}
        </Button>
        <Text size="sm" c="dimmed">
          {t.trials.checkHint}
        </Text>
      </Group>
      <ProblemAlert error={problem ?? check.error} />
      <div aria-live="polite">
        {check.data && !waiting && (
          <Alert color={check.data.good ? 'teal' : 'red'} title={check.data.good ? t.trials.good : t.trials.refused}>
            {check.data.sentence}
            <Text size="xs" c="dimmed" mt={4}>
              {new Date(check.data.at).toLocaleString()}
            </Text>
          </Alert>
        )}
        {asked && !answered && !waiting && <Alert color="orange">{t.trials.silent}</Alert>}
      </div>
    </Stack>
  );
}

/** Sends an approved template, as one of the account's agents: that opens an interaction like any other. */
function TestMessage({ account }: SectionProps) {
  const agents = useNames('agents');
  const known = (useTemplates(account.id).data?.items ?? []).filter(one => one.status === 'approved');
  const [contact, setContact] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const [agent, setAgent] = useState<string | null>(account.agents[0] ?? null);
  const [values, setValues] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [opened, setOpened] = useState<string | null>(null);
  const template = known.find(one => one.id === chosen);

  async function send(event: FormEvent) {
    event.preventDefault();
    if (!template || !agent) return;
    setBusy(true);
    setProblem(null);
    setOpened(null);
    const { name, language, template_id } = template;
    const body = Object.fromEntries(template.parameters.map(one => [one, values[one] ?? '']));
    try {
      const interaction = await unwrap(
        api.POST('/api/accounts/{id}/interactions', {
          params: { path: { id: account.id }, query: { agent } },
          body: { contact: contact.trim(), template: { kind: 'template', name, language, template_id, body } },
        }),
      );
      setOpened(interaction.id);
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <form onSubmit={event => void send(event)}>
      <Stack gap="xs">
        <Text size="sm" fw={500}>
          {t.trials.message}
        </Text>
        <Text size="sm" c="dimmed">
          {t.trials.messageHint}{' '}
          {known.length === 0 && (
            <Anchor component={Link} size="sm" to={`/templates?account=${encodeURIComponent(account.id)}`}>
              {t.trials.readTemplates}
            </Anchor>
          )}
        </Text>
        <SimpleGrid cols={{ base: 1, sm: 3 }}>
          <TextInput
            label={t.trials.to}
            placeholder="+39 333 111 2223"
            type="tel"
            value={contact}
            onChange={event => setContact(event.currentTarget.value)}
          />
          <Select
            label={t.trials.template}
            searchable
            data={known.map(one => ({ value: one.id, label: `${one.name} (${one.language})` }))}
            nothingFoundMessage={t.accounts.noTemplates}
            value={chosen}
            onChange={setChosen}
          />
          <Select
            label={t.trials.as}
            searchable
            data={account.agents.map(id => ({ value: id, label: agents.nameOf(id) }))}
            nothingFoundMessage={t.trials.noAgents}
            value={agent}
            onChange={setAgent}
          />
          {template?.parameters.map(one => (
            <TextInput
              key={one}
              label={t.trials.parameter(one)}
              required
              value={values[one] ?? ''}
              onChange={event => setValues({ ...values, [one]: event.currentTarget.value })}
            />
          ))}
        </SimpleGrid>
        {template && (
          <Text size="sm" c="dimmed" style={{ whiteSpace: 'pre-wrap' }}>
            {template.body}
          </Text>
        )}
        <ProblemAlert error={problem} />
        <Group gap="md">
          <Button
            type="submit"
            variant="default"
            leftSection={<IconSend size={16} aria-hidden />}
            loading={busy}
            disabled={!template || !agent || contact.trim() === ''}
          >
            {t.trials.send}
          </Button>
          {opened && (
            <Anchor component={Link} size="sm" to={`/inbox/${encodeURIComponent(opened)}`}>
              {t.trials.look}
            </Anchor>
          )}
        </Group>
      </Stack>
    </form>
  );
}
