import { NumberInput, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import { KindForm } from '@/admin/desk/KindForm';
import { type KindFormProps, KindPage } from '@/admin/desk/KindPage';
import { useAll, type View } from '@/api/configuration';
import type { Column } from '@/components/table/columns';
import { t } from '@/texts/admin';

type Agent = View<'agents'>;

interface Member {
  name: string;
  agents: readonly string[];
}

const belongsTo = (all: readonly Member[] | undefined, agent: Agent) =>
  (all ?? [])
    .filter(one => one.agents.includes(agent.id))
    .map(one => one.name)
    .join(', ');

export default function AgentsPage() {
  const queues = useAll('queues').data;
  const teams = useAll('teams').data;
  const accounts = useAll('accounts').data;
  const columns = useMemo(
    (): Column<Agent>[] => [
      { id: 'name', header: t.field.name, value: row => row.name, filter: 'text' },
      { id: 'id', header: t.field.id, value: row => row.id, filter: 'text' },
      {
        id: 'capacity',
        header: t.agents.capacity,
        value: row => (row.capacity === 0 ? t.agents.unlimited : String(row.capacity)),
        sort: row => row.capacity || Number.MAX_SAFE_INTEGER,
        align: 'right',
      },
      { id: 'queues', header: t.field.queues, value: row => belongsTo(queues, row), filter: 'text' },
      { id: 'teams', header: t.field.teams, value: row => belongsTo(teams, row), filter: 'text' },
      { id: 'accounts', header: t.field.accounts, value: row => belongsTo(accounts, row), filter: 'text' },
    ],
    [queues, teams, accounts],
  );
  return (
    <KindPage
      kind="agents"
      title={t.agents.title}
      description={t.agents.description}
      one={t.agents.one}
      columns={columns}
      name={row => row.name}
      Form={AgentForm}
      consequence={t.agents.consequence}
    />
  );
}

function AgentForm(props: KindFormProps<'agents'>) {
  const { value } = props;
  return (
    <KindForm
      kind="agents"
      initialValues={{ name: value?.name ?? '', capacity: value?.capacity ?? 0, id: '' }}
      toInput={({ id, ...rest }) => (id ? { ...rest, id } : rest)}
      {...props}
    >
      {form => (
        <>
          <TextInput label={t.field.name} required data-autofocus {...form.getInputProps('name')} />
          {!value && <TextInput label={t.field.id} description={t.field.idHint} {...form.getInputProps('id')} />}
          <NumberInput
            label={t.agents.capacity}
            description={t.agents.capacityHint}
            min={0}
            {...form.getInputProps('capacity')}
          />
        </>
      )}
    </KindForm>
  );
}
