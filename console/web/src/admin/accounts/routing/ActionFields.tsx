import { Autocomplete, Group, NumberInput, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { type Action, actionsOf, type Entry } from '@/admin/accounts/routing/actions';
import { ConditionEditor, type Fault } from '@/admin/accounts/routing/ConditionEditor';
import { type Names, summary, useRoutingNames } from '@/admin/accounts/routing/words';
import { TextWithVariables } from '@/admin/desk/TextWithVariables';
import { useAll } from '@/api/configuration';
import { t } from '@/texts/admin';

interface Props {
  entry: Entry;
  entries: readonly Entry[];
  onChange: (action: Action) => void;
  /** What the API said of this entry's fields. */
  faults: Readonly<Record<string, Fault>>;
}

const TIMES = (['once', 'always', 'first_message'] as const).map(value => ({ value, label: t.routing.times[value] }));

/** The fields of an entry; which there are follows its action. */
export function ActionFields(props: Props) {
  const { entry, onChange, faults } = props;
  const { intervals } = useRoutingNames();
  return (
    <Stack gap="sm">
      <Fields {...props} />
      <Select
        label={t.routing.interval}
        description={t.routing.intervalHint}
        data={intervals.choices}
        clearable
        searchable
        maw={360}
        value={entry.action.interval}
        error={faults.interval?.rule}
        onChange={interval => onChange({ ...entry.action, interval })}
      />
    </Stack>
  );
}

function Fields({ entry, entries, onChange, faults }: Props) {
  const { action } = entry;
  const { queues, agents, names } = useRoutingNames();
  const jump = (label: string, value: number | null, set: (position: number | null) => void, fault?: Fault) => (
    <Jump label={label} value={value} entries={entries} names={names} onChange={set} error={fault?.rule} />
  );
  switch (action.action) {
    case 'Queue':
      return (
        <WithTimeout action={action} onChange={onChange} faults={faults}>
          <Select
            label={t.routing.queue}
            required
            searchable
            allowDeselect={false}
            flex={1}
            data={queues.choices}
            value={action.queue || null}
            error={faults.queue?.rule}
            onChange={queue => onChange({ ...action, queue: queue ?? '' })}
          />
        </WithTimeout>
      );
    case 'Agent':
      return (
        <WithTimeout action={action} onChange={onChange} faults={faults}>
          <Select
            label={t.field.agent}
            required
            searchable
            allowDeselect={false}
            flex={1}
            data={agents.choices}
            value={action.agent || null}
            error={faults.agent?.rule}
            onChange={agent => onChange({ ...action, agent: agent ?? '' })}
          />
        </WithTimeout>
      );
    case 'Gotoif':
      return (
        <>
          <ConditionEditor
            value={action.condition}
            fault={faults.condition}
            onChange={condition => onChange({ ...action, condition })}
          />
          <Group grow align="flex-start">
            {jump(t.routing.ifTrue, action.if_true, if_true => onChange({ ...action, if_true }), faults.if_true)}
            {jump(t.routing.ifFalse, action.if_false, if_false => onChange({ ...action, if_false }), faults.if_false)}
          </Group>
        </>
      );
    case 'Goto':
      return jump(
        t.routing.target,
        action.position,
        position => onChange({ ...action, position: position ?? 1 }),
        faults.position,
      );
    case 'AutoReply':
      return (
        <>
          <TextWithVariables
            label={t.routing.text}
            required
            value={action.text}
            error={faults.text?.rule}
            onChange={text => onChange({ ...action, text })}
          />
          <Stack gap={4} align="flex-start">
            <Text size="sm" fw={500} id={`${entry.uid}-times`}>
              {t.routing.timesLabel}
            </Text>
            <SegmentedControl
              aria-labelledby={`${entry.uid}-times`}
              data={TIMES}
              value={action.times}
              onChange={times => onChange({ ...action, times: times as typeof action.times })}
            />
          </Stack>
        </>
      );
    case 'Close':
      return (
        <DispositionInput
          value={action.disposition}
          error={faults.disposition?.rule}
          onChange={disposition => onChange({ ...action, disposition })}
        />
      );
    case 'Tag':
      return (
        <TextInput
          label={t.routing.tag}
          required
          maw={360}
          value={action.tag}
          error={faults.tag?.rule}
          onChange={event => onChange({ ...action, tag: event.currentTarget.value })}
        />
      );
    case 'Webhook':
      return (
        <WithTimeout action={action} onChange={onChange} faults={faults} most={30}>
          <TextInput
            label={t.routing.url}
            description={t.routing.urlHint}
            required
            flex={1}
            placeholder="https://crm.example.com/route"
            value={action.url}
            error={faults.url?.rule}
            onChange={event => onChange({ ...action, url: event.currentTarget.value })}
          />
        </WithTimeout>
      );
    default:
      return (
        <TextInput
          label={t.routing.note}
          value={action.text}
          error={faults.text?.rule}
          onChange={event => onChange({ ...action, text: event.currentTarget.value })}
        />
      );
  }
}

interface TimeoutProps {
  action: Extract<Action, { timeout: number }>;
  onChange: (action: Action) => void;
  faults: Props['faults'];
  most?: number;
  children: ReactNode;
}

function WithTimeout({ action, onChange, faults, most, children }: TimeoutProps) {
  return (
    <Group align="flex-end">
      {children}
      <NumberInput
        label={t.routing.timeout}
        required
        min={1}
        max={most}
        w={140}
        suffix={t.unit.secondsSuffix}
        value={action.timeout}
        error={faults.timeout?.rule}
        onChange={timeout => onChange({ ...action, timeout: Number(timeout) })}
      />
    </Group>
  );
}

interface JumpProps {
  label: string;
  value: number | null;
  entries: readonly Entry[];
  names: Names;
  onChange: (position: number | null) => void;
  error: string | undefined;
}

const NEXT = 'next';

function Jump({ label, value, entries, names, onChange, error }: JumpProps) {
  const places = actionsOf(entries).map((action, index) => ({
    value: String(index + 1),
    label: t.routing.place(index + 1, t.routing.actions[action.action ?? 'Noop'], summary(action, names)),
  }));
  return (
    <Select
      label={label}
      searchable
      allowDeselect={false}
      data={[{ value: NEXT, label: t.routing.nextEntry }, ...places]}
      value={value === null ? NEXT : String(value)}
      error={error}
      onChange={chosen => onChange(chosen === NEXT || chosen === null ? null : Number(chosen))}
    />
  );
}

interface DispositionProps {
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}

function DispositionInput({ value, error, onChange }: DispositionProps) {
  const known = useAll('dispositions').data ?? [];
  return (
    <Autocomplete
      label={t.routing.disposition}
      required
      maw={420}
      data={[...new Set(known.map(one => one.path))]}
      value={value}
      error={error}
      onChange={onChange}
    />
  );
}
