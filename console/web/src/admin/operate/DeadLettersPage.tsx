import { Badge, Button } from '@mantine/core';
import { IconEye, IconRefresh, IconTrash } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { LetterDrawer } from '@/admin/operate/LetterDrawer';
import { confirmDiscard, sendBack } from '@/admin/operate/letterActions';
import { isRetryable, type Letter, useLetters } from '@/admin/operate/letters';
import { stageName } from '@/admin/operate/pipeline';
import { type Desk, useDesk } from '@/agent/desk/queries';
import { dateAndTime } from '@/agent/desk/time';
import { PageFrame } from '@/components/PageFrame';
import { ProblemAlert } from '@/components/ProblemAlert';
import type { Column, Filters } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import { t as common } from '@/texts/common';
import { t } from '@/texts/floor';

const words = t.letters;
const COLORS = { open: 'red', retried: 'blue', discarded: 'gray' } as const;
const STAGES = ['gateway', 'router', 'worker', 'sender', 'errands', 'dead_letters'];

function columnsOf(desk: Desk | undefined): Column<Letter>[] {
  return [
    { id: 'reason', header: words.reason, value: row => row.reason, filter: 'text' },
    {
      id: 'stage',
      header: words.stage,
      value: row => stageName(row.stage),
      filter: STAGES.map(value => ({ value, label: stageName(value) })),
    },
    {
      id: 'account',
      header: t.account,
      value: row => desk?.accounts.find(one => one.id === row.account_id)?.name ?? row.account_id ?? '',
      filter: (desk?.accounts ?? []).map(one => ({ value: one.id, label: one.name })),
    },
    {
      id: 'state',
      header: words.state,
      value: row => words.states[row.state],
      filter: Object.entries(words.states).map(([value, label]) => ({ value, label })),
      cell: row => (
        <Badge variant="light" color={COLORS[row.state]} tt="none">
          {words.states[row.state]}
        </Badge>
      ),
    },
    { id: 'attempts', header: words.attempts, value: row => String(row.attempts), align: 'right' },
    { id: 'retries', header: words.retries, value: row => String(row.retries), align: 'right', hidden: true },
    { id: 'at', header: words.at, value: row => dateAndTime(row.at) },
  ];
}

/** What could not be processed: looked at, sent back, or given up. */
export default function DeadLettersPage() {
  const [filters, setFilters] = useState<Filters>({ state: 'open' });
  const [opened, setOpened] = useState<string | null>(null);
  const { data: desk } = useDesk();
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useLetters(filters);
  const columns = useMemo(() => columnsOf(desk), [desk]);
  const open = (letters: readonly Letter[]) => letters.filter(one => one.state === 'open');
  return (
    <PageFrame title={words.title} description={words.description} fill>
      <ProblemAlert error={data ? null : error} retry={() => void refetch()} />
      <DataTable
        id="dead-letters"
        label={words.label}
        columns={columns}
        rows={data?.pages.flatMap(page => page.items) ?? []}
        rowId={row => row.id}
        rowName={row => row.reason}
        onOpen={row => setOpened(row.id)}
        actions={[
          { label: t.show, icon: <IconEye size={16} aria-hidden />, onClick: row => setOpened(row.id) },
          {
            label: words.retry,
            icon: <IconRefresh size={16} aria-hidden />,
            disabled: row => !isRetryable(row),
            onClick: row => void sendBack([row]),
          },
          {
            label: words.discard,
            icon: <IconTrash size={16} aria-hidden />,
            danger: true,
            disabled: row => row.state !== 'open',
            onClick: row => confirmDiscard([row]),
          },
        ]}
        selection={(chosen, clear) => (
          <>
            <Button
              size="compact-sm"
              disabled={!chosen.some(isRetryable)}
              onClick={() => void sendBack(chosen.filter(isRetryable), clear)}
            >
              {words.retry}
            </Button>
            <Button
              size="compact-sm"
              color="red"
              variant="light"
              disabled={open(chosen).length === 0}
              onClick={() => confirmDiscard(open(chosen), clear)}
            >
              {words.discard}
            </Button>
          </>
        )}
        server={{
          search: '',
          filters,
          onFilters: setFilters,
          sorting: null,
          hasMore: hasNextPage,
          loadMore: () => void fetchNextPage(),
          loadingMore: isFetchingNextPage,
        }}
        empty={data ? words.empty : common.loading}
      />
      <LetterDrawer id={opened} onClose={() => setOpened(null)} />
    </PageFrame>
  );
}
