import { Group, MultiSelect, NumberInput, Select, Switch, Textarea, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import { KindForm } from '@/admin/desk/KindForm';
import { type KindFormProps, KindPage } from '@/admin/desk/KindPage';
import { useNames } from '@/admin/desk/named';
import type { View } from '@/api/configuration';
import type { Column } from '@/components/table/columns';
import { t } from '@/texts/admin';

type Queue = View<'queues'>;
const STRATEGIES = (Object.keys(t.queues.strategies) as Queue['strategy'][]).map(value => ({
  value,
  label: t.queues.strategies[value],
}));

export default function QueuesPage() {
  const agents = useNames('agents');
  const teams = useNames('teams');
  const columns = useMemo(
    (): Column<Queue>[] => [
      { id: 'name', header: t.field.name, value: row => row.name, filter: 'text' },
      {
        id: 'strategy',
        header: t.queues.strategy,
        value: row => t.queues.strategyNames[row.strategy],
        filter: STRATEGIES.map(one => ({ value: one.value, label: t.queues.strategyNames[one.value] })),
      },
      { id: 'agents', header: t.field.agents, value: row => agents.namesOf(row.agents), filter: 'text' },
      { id: 'teams', header: t.field.teams, value: row => teams.namesOf(row.teams), filter: 'text' },
      {
        id: 'agent_timeout',
        header: t.queues.agentTimeout,
        value: row => t.unit.seconds(row.agent_timeout),
        sort: row => row.agent_timeout,
        align: 'right',
      },
      {
        id: 'weight',
        header: t.queues.weight,
        value: row => String(row.weight),
        sort: row => row.weight,
        align: 'right',
      },
      { id: 'description', header: t.field.description, value: row => row.description, filter: 'text', hidden: true },
      { id: 'id', header: t.field.id, value: row => row.id, filter: 'text', hidden: true },
    ],
    [agents, teams],
  );
  return (
    <KindPage
      kind="queues"
      title={t.queues.title}
      description={t.queues.description}
      one={t.queues.one}
      columns={columns}
      name={row => row.name}
      Form={QueueForm}
      consequence={t.queues.consequence}
    />
  );
}

const NEW_QUEUE: Omit<Queue, 'id'> = {
  name: '',
  description: '',
  strategy: 'rrmemory',
  agent_timeout: 30,
  weight: 0,
  preferred_agent_for: 0,
  skip_without_agents: false,
  pause_after_missed: 0,
  agents: [],
  teams: [],
};

function QueueForm(props: KindFormProps<'queues'>) {
  const agents = useNames('agents');
  const teams = useNames('teams');
  const { id: _id, ...known } = props.value ?? { id: '', ...NEW_QUEUE };
  return (
    <KindForm kind="queues" initialValues={known} {...props}>
      {form => (
        <>
          <TextInput label={t.field.name} required data-autofocus {...form.getInputProps('name')} />
          <Textarea label={t.field.description} autosize minRows={1} {...form.getInputProps('description')} />
          <Select
            label={t.queues.strategy}
            data={STRATEGIES}
            allowDeselect={false}
            {...form.getInputProps('strategy')}
          />
          <MultiSelect
            label={t.field.agents}
            description={t.queues.agentsHint}
            data={agents.choices}
            searchable
            clearable
            {...form.getInputProps('agents')}
          />
          <MultiSelect
            label={t.field.teams}
            description={t.queues.teamsHint}
            data={teams.choices}
            searchable
            clearable
            {...form.getInputProps('teams')}
          />
          <Group grow align="flex-start">
            <NumberInput
              label={t.queues.agentTimeout}
              description={t.queues.agentTimeoutHint}
              min={1}
              suffix={t.unit.secondsSuffix}
              {...form.getInputProps('agent_timeout')}
            />
            <NumberInput
              label={t.queues.weight}
              description={t.queues.weightHint}
              min={0}
              max={10}
              {...form.getInputProps('weight')}
            />
          </Group>
          <Group grow align="flex-start">
            <NumberInput
              label={t.queues.preferred}
              description={t.queues.preferredHint}
              min={0}
              suffix={t.unit.secondsSuffix}
              {...form.getInputProps('preferred_agent_for')}
            />
            <NumberInput
              label={t.queues.missed}
              description={t.queues.missedHint}
              min={0}
              max={100}
              {...form.getInputProps('pause_after_missed')}
            />
          </Group>
          <Switch
            label={t.queues.skip}
            description={t.queues.skipHint}
            {...form.getInputProps('skip_without_agents', { type: 'checkbox' })}
          />
        </>
      )}
    </KindForm>
  );
}
