import {
  Alert,
  Badge,
  Button,
  Group,
  Paper,
  SegmentedControl,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useLatest } from '@/admin/accounts/InteractionsSection';
import type { Action } from '@/admin/accounts/routing/actions';
import { entryFaults } from '@/admin/accounts/routing/faults';
import classes from '@/admin/accounts/routing/Routing.module.css';
import { useRoutingNames } from '@/admin/accounts/routing/words';
import type { Account } from '@/admin/accounts/SectionForm';
import { RouteDrawing } from '@/admin/floor/RouteDrawing';
import { api, type Schema, unwrap } from '@/api/client';
import { problemOf } from '@/api/problems';
import { keys } from '@/api/queries';
import { ProblemAlert } from '@/components/ProblemAlert';
import { t } from '@/texts/admin';
import { t as common } from '@/texts/common';

type Explanation = Schema<'Explanation'>;
type Sample = Schema<'ExplainInput'>;

interface Props {
  account: Account;
  /** The list as it stands in the editor. */
  actions: Action[];
  /** How often the walk came by each position. */
  onVisited: (visits: ReadonlyMap<number, number>) => void;
  /** The list has a fault. */
  onFault: (problem: unknown) => void;
}

type Source = 'sample' | 'past';
const SOURCES = (['sample', 'past'] as const).map(value => ({ value, label: t.dryRun.sources[value] }));

function visitsOf({ steps }: Explanation): Map<number, number> {
  const visits = new Map<number, number>();
  for (const { position } of steps) if (position > 0) visits.set(position, (visits.get(position) ?? 0) + 1);
  return visits;
}

/** The walk that a message would take through the list as it stands in the editor, without any effect. */
export function DryRun({ account, actions, onVisited, onFault }: Props) {
  const [source, setSource] = useState<Source>('sample');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [answer, setAnswer] = useState<Explanation | null>(null);

  async function explain(sample: Sample) {
    setBusy(true);
    setProblem(null);
    try {
      const body = { ...sample, actions };
      const explained = await unwrap(
        api.POST('/api/accounts/{id}/explain', { params: { path: { id: account.id } }, body }),
      );
      setAnswer(explained);
      onVisited(visitsOf(explained));
    } catch (error) {
      setAnswer(null);
      setProblem(error);
      if (entryFaults(problemOf(error)).length > 0) onFault(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Paper withBorder p="md" component="section" aria-label={t.dryRun.title}>
      <Stack gap="sm">
        <div>
          <Title order={2}>{t.dryRun.title}</Title>
          <Text size="sm" c="dimmed">
            {t.dryRun.description}
          </Text>
        </div>
        <SegmentedControl
          aria-label={t.dryRun.source}
          data={SOURCES}
          value={source}
          onChange={next => setSource(next as Source)}
        />
        {source === 'sample' ? (
          <SampleForm busy={busy} onRun={sample => void explain(sample)} />
        ) : (
          <PastForm account={account.id} busy={busy} onRun={sample => void explain(sample)} />
        )}
        <ProblemAlert error={problem} />
        {answer && <Answer of={answer} />}
      </Stack>
    </Paper>
  );
}

interface FormProps {
  busy: boolean;
  onRun: (sample: Sample) => void;
}

function RunButton({ busy, disabled = false }: { busy: boolean; disabled?: boolean }) {
  return (
    <Button
      type="submit"
      variant="light"
      loading={busy}
      disabled={disabled}
      leftSection={<IconPlayerPlay size={16} aria-hidden />}
    >
      {t.dryRun.run}
    </Button>
  );
}

function SampleForm({ busy, onRun }: FormProps) {
  const [from, setFrom] = useState('+393331112223');
  const [text, setText] = useState('');
  const [name, setName] = useState('');
  const [at, setAt] = useState('');

  function run(event: FormEvent) {
    event.preventDefault();
    onRun({ from, text, profile_name: name, at: at ? new Date(at).toISOString() : null });
  }

  return (
    <form onSubmit={run}>
      <Stack gap="xs">
        <TextInput label={t.dryRun.from} required value={from} onChange={event => setFrom(event.currentTarget.value)} />
        <Textarea
          label={t.dryRun.text}
          autosize
          minRows={2}
          value={text}
          onChange={event => setText(event.currentTarget.value)}
        />
        <TextInput label={t.dryRun.name} value={name} onChange={event => setName(event.currentTarget.value)} />
        <TextInput
          type="datetime-local"
          label={t.dryRun.at}
          description={t.dryRun.atHint}
          value={at}
          onChange={event => setAt(event.currentTarget.value)}
        />
        <RunButton busy={busy} disabled={from.trim() === ''} />
      </Stack>
    </form>
  );
}

type Message = Schema<'StoredMessage'>;

/** What a message said, in a line. */
function wordsOf({ content }: Message): string {
  if (!content) return '';
  return 'text' in content && content.text ? content.text : content.kind;
}

/** The customer's messages of an interaction. */
function useInbound(interaction: string | null) {
  return useQuery({
    queryKey: keys.interaction(interaction ?? '').concat('inbound'),
    queryFn: () =>
      unwrap(
        api.GET('/api/interactions/{id}/messages', {
          params: { path: { id: interaction ?? '' }, query: { limit: 100 } },
        }),
      ),
    enabled: interaction !== null,
    select: page => page.items.filter(one => one.direction === 'inbound' && one.content),
  });
}

function PastForm({ account, busy, onRun }: FormProps & { account: string }) {
  const interactions = useLatest(account).data?.items ?? [];
  const [interaction, setInteraction] = useState<string | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const messages = useInbound(interaction).data ?? [];
  const message = messages.find(one => one.id === chosen) ?? messages[0];

  function run(event: FormEvent) {
    event.preventDefault();
    if (!message) return;
    const content = message.content as Sample['content'];
    onRun({ from: message.contact_key, content: content ?? null, at: message.received_at });
  }

  return (
    <form onSubmit={run}>
      <Stack gap="xs">
        <Select
          label={t.dryRun.interaction}
          placeholder={t.dryRun.choose}
          searchable
          data={interactions.map(one => ({
            value: one.id,
            label: `${one.contact_key} · ${new Date(one.opened_at).toLocaleString()}`,
          }))}
          nothingFoundMessage={t.accounts.noInteractions}
          value={interaction}
          onChange={next => {
            setInteraction(next);
            setChosen(null);
          }}
        />
        <Select
          label={t.dryRun.message}
          disabled={messages.length === 0}
          allowDeselect={false}
          data={messages.map(one => ({ value: one.id, label: wordsOf(one) }))}
          value={message?.id ?? null}
          onChange={setChosen}
        />
        <RunButton busy={busy} disabled={!message} />
      </Stack>
    </form>
  );
}

const RESULT_COLOURS: Readonly<Record<string, string>> = { routed: 'teal', joined: 'blue', rejected: 'red' };
const results: Readonly<Record<string, string>> = t.dryRun.results;

function Answer({ of }: { of: Explanation }) {
  const { names } = useRoutingNames();
  const nameOf = (value: string) => {
    const [kind, id] = value.split(':', 2);
    if (kind === 'queue' && id) return names.queue(id);
    return kind === 'agent' && id ? names.agent(id) : value;
  };
  return (
    <Stack gap="sm" aria-live="polite">
      <Group gap="xs">
        <Badge variant="light" tt="none" color={RESULT_COLOURS[of.result] ?? 'gray'}>
          {results[of.result] ?? of.result}
        </Badge>
        {of.ends && (
          <Text size="sm">
            {of.ends.unmanaged ? t.dryRun.unmanaged : common.interactionStates[of.ends.state]}
            {of.ends.waiting_for ? ` · ${nameOf(of.ends.waiting_for)}` : ''}
          </Text>
        )}
      </Group>
      {of.reason && <Alert color={RESULT_COLOURS[of.result] ?? 'gray'}>{of.reason}</Alert>}
      <RouteDrawing entries={of.steps.map(step => ({ ...step, at: of.at }))} nameOf={nameOf} />
      {of.replies.length > 0 && (
        <Stack gap={4}>
          <Text size="sm" fw={500}>
            {t.dryRun.replies}
          </Text>
          {of.replies.map((reply, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: replies have nothing else, and never change
            <div key={index} className={classes.reply}>
              {reply}
            </div>
          ))}
        </Stack>
      )}
    </Stack>
  );
}
