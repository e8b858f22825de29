import { MultiSelect, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import { KindForm } from '@/admin/desk/KindForm';
import { type KindFormProps, KindPage } from '@/admin/desk/KindPage';
import { useNames } from '@/admin/desk/named';
import type { View } from '@/api/configuration';
import type { Column } from '@/components/table/columns';
import { t } from '@/texts/admin';

export default function TeamsPage() {
  const agents = useNames('agents');
  const columns = useMemo(
    (): Column<View<'teams'>>[] => [
      { id: 'name', header: t.field.name, value: row => row.name, filter: 'text' },
      { id: 'agents', header: t.field.agents, value: row => agents.namesOf(row.agents), filter: 'text' },
      {
        id: 'size',
        header: t.teams.size,
        value: row => String(row.agents.length),
        sort: row => row.agents.length,
        align: 'right',
      },
      { id: 'id', header: t.field.id, value: row => row.id, filter: 'text', hidden: true },
    ],
    [agents],
  );
  return (
    <KindPage
      kind="teams"
      title={t.teams.title}
      description={t.teams.description}
      one={t.teams.one}
      columns={columns}
      name={row => row.name}
      Form={TeamForm}
    />
  );
}

function TeamForm(props: KindFormProps<'teams'>) {
  const agents = useNames('agents');
  const { value } = props;
  return (
    <KindForm kind="teams" initialValues={{ name: value?.name ?? '', agents: value?.agents ?? [] }} {...props}>
      {form => (
        <>
          <TextInput label={t.field.name} required data-autofocus {...form.getInputProps('name')} />
          <MultiSelect
            label={t.field.agents}
            data={agents.choices}
            searchable
            clearable
            {...form.getInputProps('agents')}
          />
        </>
      )}
    </KindForm>
  );
}
