import { Alert, Button, Checkbox, Group, Modal, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconKey, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useNames } from '@/admin/desk/named';
import { ROLES, roleColumn } from '@/admin/users/roles';
import { type ApiToken, revokeTokens, useTokens } from '@/admin/users/tokens';
import { api, type Schema, unwrap } from '@/api/client';
import { keys, queryClient } from '@/api/queries';
import { CopyField } from '@/components/CopyField';
import { confirmDelete } from '@/components/confirmDelete';
import { PageFrame } from '@/components/PageFrame';
import { ProblemAlert } from '@/components/ProblemAlert';
import type { Column } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import { ResourceFormFrame, useResourceForm } from '@/components/useResourceForm';
import { t } from '@/texts/admin';
import { t as common } from '@/texts/common';

type Scope = Schema<'Scope'>;

const time = (value: string | null) => (value ? new Date(value).toLocaleString() : '');

const COLUMNS: readonly Column<ApiToken>[] = [
  { id: 'name', header: t.field.name, value: row => row.name, filter: 'text' },
  roleColumn(),
  { id: 'scopes', header: t.tokens.scopes, value: row => row.scopes.map(one => t.tokens.scopeNames[one]).join(', ') },
  { id: 'expires', header: t.tokens.expires, value: row => time(row.expires_at), sort: row => row.expires_at ?? '~' },
  {
    id: 'used',
    header: t.tokens.used,
    value: row => time(row.used_at) || t.tokens.neverUsed,
    sort: row => row.used_at ?? '',
  },
  { id: 'by', header: t.tokens.by, value: row => row.created_by, filter: 'text' },
  { id: 'created', header: t.users.created, value: row => time(row.created_at), sort: row => row.created_at },
];

export default function TokensPage() {
  const tokens = useTokens();
  const [creating, setCreating] = useState(false);
  const revoke = (rows: readonly ApiToken[], onDone?: () => void) =>
    confirmDelete({
      names: rows.map(row => row.name),
      consequence: t.tokens.consequence,
      run: () => revokeTokens(rows.map(row => row.id)),
      onDone,
    });
  return (
    <PageFrame
      title={t.tokens.title}
      description={t.tokens.description}
      fill
      actions={
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setCreating(true)}>
          {t.kind.create(t.tokens.one)}
        </Button>
      }
    >
      <ProblemAlert error={tokens.error} retry={() => void tokens.refetch()} />
      <DataTable
        id="tokens"
        label={t.tokens.title}
        columns={COLUMNS}
        rows={tokens.data ?? []}
        rowId={row => row.id}
        rowName={row => row.name}
        actions={[
          {
            label: t.tokens.revoke,
            icon: <IconTrash size={16} aria-hidden />,
            danger: true,
            onClick: row => revoke([row]),
          },
        ]}
        selection={(rows, clear) => (
          <Button size="compact-sm" color="red" variant="light" onClick={() => revoke(rows, clear)}>
            {t.tokens.revoke}
          </Button>
        )}
        empty={t.kind.empty(t.tokens.one)}
      />
      <Modal opened={creating} onClose={() => setCreating(false)} title={t.kind.create(t.tokens.one)}>
        <TokenForm onDone={() => setCreating(false)} />
      </Modal>
    </PageFrame>
  );
}

const SCOPES: Record<ApiToken['role'], readonly Scope[]> = {
  admin: ['read', 'work', 'configure', 'operate'],
  supervisor: ['read', 'work'],
  agent: ['read', 'work'],
};

interface Values {
  name: string;
  role: ApiToken['role'];
  scopes: Scope[];
  agent_id: string | null;
  expires_at: string;
}

function TokenForm({ onDone }: { onDone: () => void }) {
  const agents = useNames('agents');
  const [made, setMade] = useState<string | null>(null);
  const of = useResourceForm({
    initialValues: { name: '', role: 'admin', scopes: ['read'], agent_id: null, expires_at: '' } as Values,
    save: ({ expires_at, agent_id, ...rest }) => {
      const expires = expires_at ? { expires_at: new Date(expires_at).toISOString() } : {};
      const agent = rest.role === 'agent' ? { agent_id } : {};
      return unwrap(api.POST('/api/tokens', { body: { ...rest, ...expires, ...agent } }));
    },
    onSaved: saved => {
      void queryClient.invalidateQueries({ queryKey: keys.configuration('tokens') });
      setMade(saved.token);
    },
  });
  const { form } = of;
  if (made !== null) return <MadeToken token={made} onDone={onDone} />;
  return (
    <ResourceFormFrame
      of={of}
      onCancel={onDone}
      submitLabel={common.action.create}
      shown={field => field in form.values}
    >
      <TextInput
        label={t.field.name}
        description={t.tokens.nameHint}
        required
        data-autofocus
        {...form.getInputProps('name')}
      />
      <Stack gap={4}>
        <Text size="sm" fw={500} id="token-role">
          {t.users.role}
        </Text>
        <SegmentedControl
          aria-labelledby="token-role"
          data={ROLES}
          value={form.values.role}
          onChange={role => form.setValues({ role: role as Values['role'], scopes: ['read'] })}
        />
      </Stack>
      {form.values.role === 'agent' && (
        <Select label={t.users.agent} required searchable data={agents.choices} {...form.getInputProps('agent_id')} />
      )}
      <Checkbox.Group label={t.tokens.scopes} required {...form.getInputProps('scopes')}>
        <Stack gap="xs" mt="xs">
          {SCOPES[form.values.role].map(scope => (
            <Checkbox
              key={scope}
              value={scope}
              label={t.tokens.scopeNames[scope]}
              description={t.tokens.scopeHints[scope]}
            />
          ))}
        </Stack>
      </Checkbox.Group>
      <TextInput
        type="datetime-local"
        label={t.tokens.expires}
        description={t.tokens.expiresHint}
        {...form.getInputProps('expires_at')}
      />
    </ResourceFormFrame>
  );
}

function MadeToken({ token, onDone }: { token: string; onDone: () => void }) {
  return (
    <Stack>
      <Alert color="teal" icon={<IconKey aria-hidden />} title={t.tokens.made}>
        {t.tokens.madeHint}
      </Alert>
      <CopyField label={t.tokens.one} value={token} />
      <Group justify="flex-end">
        <Button onClick={onDone}>{common.action.done}</Button>
      </Group>
    </Stack>
  );
}
