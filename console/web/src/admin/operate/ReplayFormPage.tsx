import {
  Divider,
  Group,
  JsonInput,
  MultiSelect,
  NumberInput,
  Paper,
  SegmentedControl,
  Stack,
  Switch,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import { useNavigate } from 'react-router';
import { LogFacts } from '@/admin/operate/LogFacts';
import { type ReplayMode, type ReplayRequest, replays } from '@/admin/operate/replays';
import { useDesk } from '@/agent/desk/queries';
import type { Schema } from '@/api/client';
import { PageFrame } from '@/components/PageFrame';
import { ResourceFormFrame, useResourceForm } from '@/components/useResourceForm';
import { t } from '@/texts/floor';

const words = t.replays;
const MOST_RATE = 5000;
const FIRST_RATE = 200;
const FORM_PX = 760;

interface Values {
  mode: ReplayMode;
  dry_run: boolean;
  filter: {
    since: string;
    until: string;
    accounts: string[];
    contacts: string[];
    types: string[];
    outcomes: string[];
  };
  rate: number;
  hold_replies: boolean;
  proposed: string;
}

const INITIAL: Values = {
  mode: 'repair',
  dry_run: true,
  filter: { since: '', until: '', accounts: [], contacts: [], types: [], outcomes: [] },
  rate: FIRST_RATE,
  hold_replies: false,
  proposed: '',
};

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function requestOf({ mode, dry_run, filter, rate, hold_replies, proposed }: Values): ReplayRequest {
  const moment = (given: string) => (given ? new Date(given).toISOString() : null);
  return {
    mode,
    dry_run,
    rate,
    hold_replies: mode === 'repair' && hold_replies,
    proposed: mode === 'simulate' && proposed.trim() ? JSON.parse(proposed) : null,
    filter: {
      ...filter,
      since: moment(filter.since),
      until: moment(filter.until),
      outcomes: filter.outcomes as Schema<'EventOutcome'>[],
    },
  };
}

function optionsOf(names: Readonly<Record<string, string>>) {
  return Object.entries(names).map(([value, label]) => ({ value, label }));
}

/** Asks for a replay: by default one that counts only, from whose page the real one is started. */
export default function ReplayFormPage() {
  const navigate = useNavigate();
  const resource = useResourceForm({
    initialValues: INITIAL,
    save: values => replays.create(requestOf(values)),
    onSaved: replay => void navigate(`/replays/${replay.id}`),
    validate: {
      proposed: (value, { mode }) => (mode === 'simulate' && value.trim() && !isObject(value) ? words.notJson : null),
    },
  });
  const { form } = resource;
  const { mode, dry_run } = form.values;
  return (
    <PageFrame title={words.create} description={<LogFacts />}>
      <Paper withBorder p="md" maw={FORM_PX}>
        <ResourceFormFrame
          of={resource}
          submitLabel={dry_run ? words.count : words.startNow(words.modes[mode])}
          onCancel={() => void navigate('/replays')}
          shown={field => field === 'rate' || field.startsWith('filter.')}
        >
          <Stack gap={4}>
            <SegmentedControl aria-label={words.mode} data={optionsOf(words.modes)} {...form.getInputProps('mode')} />
            <Text size="sm" c="dimmed" aria-live="polite">
              {words.modeHints[mode]}
            </Text>
          </Stack>
          <Divider label={words.filter} labelPosition="left" />
          <FilterFields form={form} />
          <Divider />
          <Group align="flex-end">
            <NumberInput
              label={words.rate}
              min={1}
              max={MOST_RATE}
              allowDecimal={false}
              {...form.getInputProps('rate')}
            />
          </Group>
          {mode === 'repair' && (
            <Switch
              label={words.holdReplies}
              description={words.holdRepliesHint}
              {...form.getInputProps('hold_replies', { type: 'checkbox' })}
            />
          )}
          {mode === 'simulate' && (
            <JsonInput
              label={words.proposed}
              description={words.proposedHint}
              placeholder={words.proposedExample}
              validationError={words.notJson}
              autosize
              minRows={4}
              maxRows={16}
              formatOnBlur
              {...form.getInputProps('proposed')}
            />
          )}
          <Switch
            label={words.count}
            description={words.countHint}
            {...form.getInputProps('dry_run', { type: 'checkbox' })}
          />
        </ResourceFormFrame>
      </Paper>
    </PageFrame>
  );
}

function FilterFields({ form }: { form: ReturnType<typeof useResourceForm<Values, unknown>>['form'] }) {
  const { data: desk } = useDesk();
  const accounts = (desk?.accounts ?? []).map(one => ({ value: one.id, label: `${one.name} (${one.key})` }));
  return (
    <Stack gap="sm">
      <Group grow align="flex-start">
        <TextInput type="datetime-local" label={words.since} {...form.getInputProps('filter.since')} />
        <TextInput type="datetime-local" label={words.until} {...form.getInputProps('filter.until')} />
      </Group>
      <Group grow align="flex-start">
        <MultiSelect
          label={words.accounts}
          placeholder={words.any}
          data={accounts}
          searchable
          {...form.getInputProps('filter.accounts')}
        />
        <TagsInput label={words.contacts} placeholder={words.contactsHint} {...form.getInputProps('filter.contacts')} />
      </Group>
      <Group grow align="flex-start">
        <MultiSelect
          label={words.types}
          placeholder={words.any}
          data={optionsOf(words.typeNames)}
          {...form.getInputProps('filter.types')}
        />
        <MultiSelect
          label={words.outcomes}
          placeholder={words.any}
          data={optionsOf(words.outcomeNames)}
          {...form.getInputProps('filter.outcomes')}
        />
      </Group>
    </Stack>
  );
}
