import { Badge, PasswordInput, SegmentedControl, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { IconDevices } from '@tabler/icons-react';
import { useNavigate } from 'react-router';
import { KindForm } from '@/admin/desk/KindForm';
import { type KindFormProps, KindPage } from '@/admin/desk/KindPage';
import { useNames } from '@/admin/desk/named';
import { ROLES, roleColumn } from '@/admin/users/roles';
import type { Input, View } from '@/api/configuration';
import type { Column } from '@/components/table/columns';
import { t } from '@/texts/admin';

type User = View<'users'>;

function useColumns(): readonly Column<User>[] {
  const agents = useNames('agents');
  return [
    { id: 'name', header: t.field.name, value: row => row.name, filter: 'text' },
    roleColumn(),
    {
      id: 'agent',
      header: t.users.agent,
      value: row => (row.agent_id ? agents.nameOf(row.agent_id) : ''),
      filter: 'text',
    },
    {
      id: 'enabled',
      header: t.users.state,
      value: row => t.users.states[row.enabled ? 'enabled' : 'disabled'],
      cell: row => (
        <Badge variant="dot" tt="none" color={row.enabled ? 'teal' : 'gray'}>
          {t.users.states[row.enabled ? 'enabled' : 'disabled']}
        </Badge>
      ),
      filter: (['enabled', 'disabled'] as const).map(value => ({ value, label: t.users.states[value] })),
    },
    {
      id: 'masked',
      header: t.users.numbers,
      value: row => t.users.masks[row.masked ? 'masked' : 'shown'],
      filter: (['masked', 'shown'] as const).map(value => ({ value, label: t.users.masks[value] })),
    },
    {
      id: 'created',
      header: t.users.created,
      value: row => new Date(row.created_at).toLocaleDateString(),
      sort: row => row.created_at,
    },
    {
      id: 'password',
      header: t.users.passwordSet,
      value: row => new Date(row.password_set_at).toLocaleDateString(),
      sort: row => row.password_set_at,
      hidden: true,
    },
    { id: 'id', header: t.field.id, value: row => row.id, filter: 'text', hidden: true },
  ];
}

export default function UsersPage() {
  const navigate = useNavigate();
  return (
    <KindPage
      kind="users"
      title={t.users.title}
      description={t.users.description}
      one={t.users.one}
      columns={useColumns()}
      name={row => row.name}
      Form={UserForm}
      consequence={t.users.consequence}
      more={[
        {
          label: t.sessions.title,
          icon: <IconDevices size={16} aria-hidden />,
          onClick: row => void navigate(`/sessions?user=${encodeURIComponent(row.id)}`),
        },
      ]}
    />
  );
}

interface Values {
  name: string;
  role: User['role'];
  agent_id: string | null;
  masked: boolean;
  enabled: boolean;
  password: string;
}

function toInput({ password, ...rest }: Values): Input<'users'> {
  return password ? { ...rest, password } : rest;
}

function UserForm(props: KindFormProps<'users'>) {
  const agents = useNames('agents');
  const { value } = props;
  const initialValues: Values = {
    name: value?.name ?? '',
    role: value?.role ?? 'agent',
    agent_id: value?.agent_id ?? null,
    masked: value?.masked ?? false,
    enabled: value?.enabled ?? true,
    password: '',
  };
  return (
    <KindForm<'users', Values> kind="users" initialValues={initialValues} toInput={toInput} {...props}>
      {form => (
        <>
          <TextInput
            label={t.field.name}
            description={t.users.nameHint}
            required
            autoComplete="off"
            data-autofocus
            {...form.getInputProps('name')}
          />
          <PasswordInput
            label={t.users.password}
            description={value ? t.users.passwordKept : t.users.passwordHint}
            required={!value}
            autoComplete="new-password"
            {...form.getInputProps('password')}
          />
          <Stack gap={4}>
            <Text size="sm" fw={500} id="role">
              {t.users.role}
            </Text>
            <SegmentedControl aria-labelledby="role" data={ROLES} {...form.getInputProps('role')} />
            <Text size="xs" c="dimmed">
              {t.users.roleHints[form.values.role]}
            </Text>
          </Stack>
          <Select
            label={t.users.agent}
            description={t.users.agentHint}
            required={form.values.role === 'agent'}
            data={agents.choices}
            searchable
            clearable
            {...form.getInputProps('agent_id')}
          />
          <Switch
            label={t.users.masked}
            description={t.users.maskedHint}
            disabled={form.values.role !== 'agent'}
            {...form.getInputProps('masked', { type: 'checkbox' })}
          />
          <Switch
            label={t.users.enabled}
            description={t.users.enabledHint}
            {...form.getInputProps('enabled', { type: 'checkbox' })}
          />
        </>
      )}
    </KindForm>
  );
}
