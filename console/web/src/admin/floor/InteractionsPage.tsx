import { Button, Group, SegmentedControl, TextInput } from '@mantine/core';
import { IconMessage, IconRoute, IconUserShare } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useLocation, useNavigate, useParams } from 'react-router';
import { assign } from '@/admin/floor/assign';
import { InteractionDrawer } from '@/admin/floor/InteractionDrawer';
import { columnsOf } from '@/admin/floor/interactionColumns';
import { sortsByClosing, useInteractions, useNarrowing, VIEWS, type View } from '@/admin/floor/interactions';
import { clicks, type Desk, type Interaction, useAgentId, useDesk } from '@/agent/desk/queries';
import { notifyDone, notifyProblem } from '@/components/notify';
import { PageFrame } from '@/components/PageFrame';
import { ProblemAlert } from '@/components/ProblemAlert';
import type { Filters, RowAction } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import { t as common } from '@/texts/common';
import { t } from '@/texts/floor';

const words = t.interactions;

/** All interactions, with filters; what a supervisor does with one stands in its menu. */
export default function InteractionsPage() {
  const { interaction: opened } = useParams();
  const { search } = useLocation();
  const navigate = useNavigate();
  const { data: desk } = useDesk();
  const { narrowing, change } = useNarrowing();
  const { rows, data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInteractions(narrowing);
  const byClosing = sortsByClosing(narrowing);
  const columns = useMemo(() => columnsOf(desk, byClosing), [desk, byClosing]);
  const actions = useActions(desk, id => void navigate(`/interactions/${id}${search}`));
  return (
    <PageFrame title={common.navigation.interactions} fill>
      <Group gap="md" align="flex-end">
        <SegmentedControl
          aria-label={words.view}
          value={narrowing.view}
          onChange={view => change({ view: view as View })}
          data={VIEWS.map(value => ({ value, label: words.views[value] }))}
        />
        <Period filters={narrowing.filters} onChange={filters => change({ filters })} />
      </Group>
      <ProblemAlert error={data && rows.length > 0 ? null : error} retry={() => void refetch()} />
      <DataTable
        id="interactions"
        label={words.label}
        columns={columns}
        rows={rows}
        rowId={row => row.id}
        rowName={row => row.contact_name || row.contact_key}
        onOpen={row => void navigate(`/interactions/${row.id}${search}`)}
        actions={actions}
        selection={(chosen, clear) =>
          desk && (
            <Button
              size="compact-sm"
              disabled={!chosen.some(one => one.open)}
              onClick={() =>
                assign(
                  chosen.filter(one => one.open),
                  desk,
                  clear,
                )
              }
            >
              {words.assign}
            </Button>
          )
        }
        server={{
          search: '',
          filters: narrowing.filters,
          onFilters: filters => change({ filters: { ...periodOf(narrowing.filters), ...filters } }),
          sorting: narrowing.sorting,
          onSorting: sorting => change({ sorting }),
          hasMore: hasNextPage,
          loadMore: () => void fetchNextPage(),
          loadingMore: isFetchingNextPage,
        }}
        empty={data ? words.empty : common.loading}
      />
      <InteractionDrawer id={opened} onClose={() => void navigate(`/interactions${search}`)} />
    </PageFrame>
  );
}

/** The period has inputs of its own beside the table, and stays when the filters of the table are cleared. */
function periodOf({ since = '', until = '' }: Filters): Filters {
  return { since, until };
}

function Period({ filters, onChange }: { filters: Filters; onChange: (filters: Filters) => void }) {
  return (
    <Group gap="xs">
      {(['since', 'until'] as const).map(name => (
        <TextInput
          key={name}
          type="datetime-local"
          label={words[name]}
          size="xs"
          value={filters[name] ?? ''}
          onChange={event => onChange({ ...filters, [name]: event.currentTarget.value })}
        />
      ))}
    </Group>
  );
}

function useActions(desk: Desk | undefined, trace: (id: string) => void): RowAction<Interaction>[] {
  const navigate = useNavigate();
  const me = useAgentId();
  const takeOver: RowAction<Interaction> = {
    label: words.takeOver,
    icon: <IconUserShare size={16} aria-hidden />,
    disabled: row => !row.open || row.owner === me,
    onClick: row => {
      if (!me) return;
      clicks
        .takeOver(me, row.id)
        .then(() => {
          notifyDone(words.takenOver);
          void navigate(`/inbox/${row.id}`);
        })
        .catch(notifyProblem);
    },
  };
  return [
    {
      label: words.watch,
      icon: <IconMessage size={16} aria-hidden />,
      onClick: row => void navigate(`/inbox/${row.id}`),
    },
    { label: words.routing, icon: <IconRoute size={16} aria-hidden />, onClick: row => trace(row.id) },
    {
      label: words.assign,
      icon: <IconUserShare size={16} aria-hidden />,
      disabled: row => !row.open,
      onClick: row => {
        if (desk) assign([row], desk);
      },
    },
    ...(me ? [takeOver] : []),
  ];
}
