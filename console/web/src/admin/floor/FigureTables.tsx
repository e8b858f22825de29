import { Title } from '@mantine/core';
import { useNavigate } from 'react-router';
import classes from '@/admin/floor/Floor.module.css';
import { FIGURE_COLUMNS } from '@/admin/floor/figureColumns';
import type { AccountFigures, QueueFigures } from '@/admin/floor/figures';
import type { Column } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import { t } from '@/texts/floor';

function Name({ children }: { children: string }) {
  return <span className={classes.name}>{children}</span>;
}

const QUEUE_COLUMNS: readonly Column<QueueFigures>[] = [
  { id: 'name', header: t.queue, value: row => row.name, cell: row => <Name>{row.name}</Name> },
  ...FIGURE_COLUMNS,
  {
    id: 'agents',
    header: t.figure.agentsThere,
    value: row => t.figure.ofAgents(row.agents_available, row.agents_logged_in),
    sort: row => row.agents_available,
    align: 'right',
    cell: row => (
      <span
        className={row.waiting > 0 && row.agents_available === 0 ? classes.alarm : classes.numeric}
        title={t.figure.agentsHint}
      >
        {t.figure.ofAgents(row.agents_available, row.agents_logged_in)}
      </span>
    ),
  },
];

/** A click on a queue shows what is open in it. */
export function QueueTable({ queues }: { queues: readonly QueueFigures[] }) {
  const navigate = useNavigate();
  return (
    <section className={classes.section}>
      <Title order={2}>{t.queues.title}</Title>
      <DataTable
        id="figures-queues"
        label={t.queues.label}
        columns={QUEUE_COLUMNS}
        rows={queues}
        rowId={row => row.queue_id}
        rowName={row => row.name}
        onOpen={row => void navigate(`/interactions?queue=${encodeURIComponent(row.queue_id)}`)}
        empty={t.queues.empty}
      />
    </section>
  );
}

function nameOf(row: AccountFigures): string {
  return row.name || `${row.account_id} (${t.accounts.deleted})`;
}

const ACCOUNT_COLUMNS: readonly Column<AccountFigures>[] = [
  { id: 'name', header: t.account, value: nameOf, cell: row => <Name>{nameOf(row)}</Name> },
  ...FIGURE_COLUMNS,
];

/** A click on an account shows what is open with it. */
export function AccountTable({ accounts }: { accounts: readonly AccountFigures[] }) {
  const navigate = useNavigate();
  return (
    <section className={classes.section}>
      <Title order={2}>{t.accounts.title}</Title>
      <DataTable
        id="figures-accounts"
        label={t.accounts.label}
        columns={ACCOUNT_COLUMNS}
        rows={accounts}
        rowId={row => row.account_id}
        rowName={nameOf}
        onOpen={row => void navigate(`/interactions?account=${encodeURIComponent(row.account_id)}`)}
        empty={t.accounts.empty}
      />
    </section>
  );
}
