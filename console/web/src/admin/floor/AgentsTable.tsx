import { Badge, Progress, Text, Title } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconLogout, IconMessages } from '@tabler/icons-react';
import { useNavigate } from 'react-router';
import classes from '@/admin/floor/Floor.module.css';
import type { AgentFigures } from '@/admin/floor/figures';
import { useDesk } from '@/agent/desk/queries';
import { duration, useNow } from '@/agent/desk/time';
import { api, unwrap } from '@/api/client';
import { keys, queryClient } from '@/api/queries';
import { notifyDone, notifyProblem } from '@/components/notify';
import type { Column } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import { t as common } from '@/texts/common';
import { t } from '@/texts/floor';

const COLORS = { available: 'teal', pause: 'yellow', offline: 'gray' } as const;
/** In which order states are worth looking at. */
const ORDER = { available: 0, pause: 1, offline: 2 } as const;
const TICK_MS = 5000;
const FULL = 100;

/** What a bar of the load means: how much of the capacity is taken. */
function LoadBar({ row }: { row: AgentFigures }) {
  const part = row.capacity ? Math.min(1, row.load / row.capacity) : 0;
  return (
    <span className={classes.load}>
      <span className={classes.numeric}>{t.agents.loadOf(row.load, row.capacity)}</span>
      {row.capacity > 0 && (
        <Progress
          className={classes.meter ?? ''}
          value={part * FULL}
          color={part >= 1 ? 'orange' : 'teal'}
          size="sm"
          aria-label={t.agents.load}
        />
      )}
    </span>
  );
}

function stateWords(row: AgentFigures, pause: (id: string) => string): string {
  const state = t.agents.states[row.state];
  return row.state === 'pause' && row.pause ? `${state}: ${pause(row.pause)}` : state;
}

function columnsOf(now: number, pause: (id: string) => string): Column<AgentFigures>[] {
  return [
    { id: 'name', header: t.agent, value: row => row.name, filter: 'text' },
    {
      id: 'state',
      header: t.agents.state,
      value: row => t.agents.states[row.state],
      sort: row => ORDER[row.state],
      filter: Object.entries(t.agents.states).map(([value, label]) => ({ value, label })),
      cell: row => (
        <Badge color={COLORS[row.state]} variant="light" tt="none" miw="max-content">
          {stateWords(row, pause)}
        </Badge>
      ),
    },
    {
      id: 'since',
      header: t.agents.since,
      value: row => (row.state_since ? duration(now - Date.parse(row.state_since)) : t.none),
      sort: row => row.state_since ?? '',
      align: 'right',
    },
    {
      id: 'load',
      header: t.agents.load,
      value: row => t.agents.loadOf(row.load, row.capacity),
      sort: row => row.load,
      cell: row => <LoadBar row={row} />,
    },
    {
      id: 'capacity',
      header: t.agents.capacity,
      value: row => (row.capacity ? String(row.capacity) : t.agents.unlimited),
      sort: row => row.capacity || Number.MAX_SAFE_INTEGER,
      align: 'right',
      hidden: true,
    },
  ];
}

function confirmLogOut({ agent_id, name }: AgentFigures): void {
  modals.openConfirmModal({
    title: t.agents.logOutTitle(name),
    children: <Text size="sm">{t.agents.logOutBody}</Text>,
    labels: { confirm: t.agents.logOut, cancel: common.action.cancel },
    confirmProps: { 'data-autofocus': true },
    onConfirm: () => {
      unwrap(api.POST('/api/agents/{id}/log-out', { params: { path: { id: agent_id } } }))
        .then(() => {
          notifyDone(t.agents.loggedOut(name));
          return queryClient.invalidateQueries({ queryKey: keys.operations('figures') });
        })
        .catch(notifyProblem);
    },
  });
}

/** Agents, what they do, and how much they have. */
export function AgentsTable({ agents }: { agents: readonly AgentFigures[] }) {
  const navigate = useNavigate();
  const now = useNow(TICK_MS);
  const { data: desk } = useDesk();
  const pause = (id: string) => desk?.pauses.find(one => one.id === id)?.name ?? id;
  const theirs = (row: AgentFigures) => void navigate(`/interactions?owner=${encodeURIComponent(row.agent_id)}`);
  return (
    <section className={classes.section}>
      <Title order={2}>{t.agents.title}</Title>
      <DataTable
        id="figures-agents"
        label={t.agents.label}
        columns={columnsOf(now, pause)}
        rows={agents}
        rowId={row => row.agent_id}
        rowName={row => row.name}
        onOpen={theirs}
        actions={[
          { label: t.agents.interactions, icon: <IconMessages size={16} aria-hidden />, onClick: theirs },
          {
            label: t.agents.logOut,
            icon: <IconLogout size={16} aria-hidden />,
            disabled: row => row.state === 'offline',
            onClick: confirmLogOut,
          },
        ]}
        empty={t.agents.empty}
      />
    </section>
  );
}
