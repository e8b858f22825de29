import { Badge, Button, Group } from '@mantine/core';
import { IconListCheck, IconMessages, IconPencil, IconPlus, IconTrash, IconUsers } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { AssociateModal, type Association } from '@/admin/accounts/AssociateModal';
import { useProviders } from '@/admin/accounts/providers';
import { useNames } from '@/admin/desk/named';
import { remove, useAll, type View } from '@/api/configuration';
import { confirmDelete } from '@/components/confirmDelete';
import { PageFrame } from '@/components/PageFrame';
import { ProblemAlert } from '@/components/ProblemAlert';
import type { Column } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import { WholePage } from '@/shell/WholePage';
import { t } from '@/texts/admin';
import { t as common } from '@/texts/common';

type Account = View<'accounts'>;

const onOff = (on: boolean) => t.accounts.switches[on ? 'on' : 'off'];
const ON_OFF = [true, false].map(on => ({ value: String(on), label: onOff(on) }));

function useColumns(): readonly Column<Account>[] {
  const lists = useNames('lists');
  const agents = useNames('agents');
  const whitelists = useNames('whitelists');
  const providers = useProviders().data;
  return useMemo(() => {
    const labels = new Map(providers?.map(one => [one.name, one.label]));
    const label = (type: string) => labels.get(type) ?? type;
    return [
      { id: 'name', header: t.field.name, value: row => row.name, filter: 'text' },
      {
        id: 'key',
        header: t.accounts.key,
        value: row => row.key,
        cell: row => (
          <Badge variant="light" tt="none" ff="monospace">
            {row.key}
          </Badge>
        ),
        filter: 'text',
      },
      {
        id: 'type',
        header: t.accounts.type,
        value: row => label(row.type),
        filter: (providers ?? []).map(one => ({ value: one.name, label: one.label })),
      },
      { id: 'phone', header: t.accounts.phone, value: row => row.phone, filter: 'text' },
      {
        id: 'list',
        header: t.accounts.list,
        value: row => lists.nameOf(row.list_id),
        filter: lists.choices,
        hidden: true,
      },
      { id: 'agents', header: t.field.agents, value: row => agents.namesOf(row.agents), filter: 'text' },
      {
        id: 'whitelists',
        header: t.field.whitelists,
        value: row => whitelists.namesOf(row.whitelists),
        filter: 'text',
      },
      {
        id: 'mode',
        header: t.accounts.whitelistMode,
        value: row => t.whitelistModes[row.whitelist_mode],
        cell: row => (
          <Group gap={6} wrap="nowrap">
            {t.whitelistModes[row.whitelist_mode]}
            {row.warnings.length > 0 && (
              <Badge color="orange" variant="light" tt="none" title={row.warnings.join('\n')}>
                {t.whitelists.admitsNobody}
              </Badge>
            )}
          </Group>
        ),
        filter: (['off', 'only_listed'] as const).map(value => ({ value, label: t.whitelistModes[value] })),
      },
      {
        id: 'routing',
        header: t.accounts.actions,
        value: row => String(row.actions.length),
        sort: row => row.actions.length,
        align: 'right',
        hidden: true,
      },
      { id: 'ai', header: t.accounts.ai, value: row => onOff(row.ai.enabled), filter: ON_OFF, hidden: true },
      { id: 'video', header: t.accounts.video, value: row => onOff(row.video.enabled), filter: ON_OFF, hidden: true },
      {
        id: 'inactivity',
        header: t.accounts.inactivity,
        value: row => (row.inactivity_timeout ? t.unit.minutes(row.inactivity_timeout) : t.unit.never),
        sort: row => row.inactivity_timeout,
        align: 'right',
        hidden: true,
      },
      { id: 'timezone', header: t.accounts.timezone, value: row => row.timezone, filter: 'text', hidden: true },
      { id: 'description', header: t.field.description, value: row => row.description, filter: 'text', hidden: true },
      { id: 'webhook', header: t.setUp.webhook, value: row => row.webhook_url, filter: 'text', hidden: true },
      { id: 'id', header: t.field.id, value: row => row.id, filter: 'text', hidden: true },
    ];
  }, [lists, agents, whitelists, providers]);
}

export default function AccountsPage() {
  const accounts = useAll('accounts');
  const columns = useColumns();
  const navigate = useNavigate();
  const [associating, setAssociating] = useState<{ account: Account; what: Association } | null>(null);
  const edit = (row: Account) => void navigate(`/accounts/${encodeURIComponent(row.id)}`);
  const deletion = (rows: readonly Account[], onDone?: () => void) =>
    confirmDelete({
      names: rows.map(row => row.name),
      consequence: t.accounts.consequence,
      run: () =>
        remove(
          'accounts',
          rows.map(row => row.id),
        ),
      onDone,
    });

  return (
    <PageFrame
      title={t.accounts.title}
      description={t.accounts.description}
      fill
      actions={
        <Button component={Link} to="/accounts/new" leftSection={<IconPlus size={16} aria-hidden />}>
          {t.kind.create(t.accounts.one)}
        </Button>
      }
    >
      <ProblemAlert error={accounts.error} retry={() => void accounts.refetch()} />
      {accounts.isPending ? (
        <WholePage.Loading />
      ) : (
        <DataTable
          id="accounts"
          label={t.accounts.title}
          columns={columns}
          rows={accounts.data ?? []}
          rowId={row => row.id}
          rowName={row => row.name}
          onOpen={edit}
          actions={[
            { label: common.action.edit, icon: <IconPencil size={16} aria-hidden />, onClick: edit },
            {
              label: t.accounts.interactions,
              icon: <IconMessages size={16} aria-hidden />,
              onClick: row => void navigate(`/interactions?view=all&account=${encodeURIComponent(row.id)}`),
            },
            {
              label: t.accounts.associate.agents,
              icon: <IconUsers size={16} aria-hidden />,
              onClick: account => setAssociating({ account, what: 'agents' }),
            },
            {
              label: t.accounts.associate.whitelists,
              icon: <IconListCheck size={16} aria-hidden />,
              onClick: account => setAssociating({ account, what: 'whitelists' }),
            },
            {
              label: common.action.delete,
              icon: <IconTrash size={16} aria-hidden />,
              danger: true,
              onClick: row => deletion([row]),
            },
          ]}
          selection={(rows, clear) => (
            <Button size="compact-sm" color="red" variant="light" onClick={() => deletion(rows, clear)}>
              {common.action.delete}
            </Button>
          )}
          empty={t.kind.empty(t.accounts.one)}
        />
      )}
      {associating && <AssociateModal {...associating} onClose={() => setAssociating(null)} />}
    </PageFrame>
  );
}
