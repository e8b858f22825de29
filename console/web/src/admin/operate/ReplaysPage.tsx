import { Badge, Button, Progress } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link, useNavigate } from 'react-router';
import { LogFacts } from '@/admin/operate/LogFacts';
import { isUnderWay, modeWords, progressOf, type Replay, useReplays } from '@/admin/operate/replays';
import { count } from '@/admin/operate/sizes';
import { dateAndTime } from '@/agent/desk/time';
import { PageFrame } from '@/components/PageFrame';
import { ProblemAlert } from '@/components/ProblemAlert';
import type { Column } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import { t as common } from '@/texts/common';
import { t } from '@/texts/floor';

const words = t.replays;
const WHOLE = 100;

export const STATE_COLORS = {
  queued: 'gray',
  running: 'blue',
  stopping: 'yellow',
  stopped: 'yellow',
  failed: 'red',
  done: 'teal',
} as const;

const COLUMNS: readonly Column<Replay>[] = [
  { id: 'created', header: words.created, value: row => dateAndTime(row.created_at) },
  { id: 'mode', header: words.mode, value: modeWords },
  {
    id: 'state',
    header: words.state,
    value: row => words.states[row.state],
    cell: row => (
      <Badge variant="light" tt="none" color={STATE_COLORS[row.state]}>
        {words.states[row.state]}
      </Badge>
    ),
  },
  {
    id: 'progress',
    header: words.progress,
    width: '160px',
    value: row => `${Math.round(progressOf(row) * WHOLE)} %`,
    cell: row => (
      <Progress
        value={progressOf(row) * WHOLE}
        color={STATE_COLORS[row.state]}
        animated={isUnderWay(row)}
        aria-label={words.progress}
      />
    ),
  },
  { id: 'read', header: words.countNames.read ?? '', value: row => count(row.counts.read ?? 0), align: 'right' },
  { id: 'matched', header: words.matched, value: row => count(row.counts.matched ?? 0), align: 'right' },
  { id: 'by', header: words.by, value: row => row.requested_by },
];

/** Replays that were asked for, and how far they are. */
export default function ReplaysPage() {
  const navigate = useNavigate();
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useReplays();
  return (
    <PageFrame
      title={words.title}
      description={<LogFacts />}
      actions={
        <Button component={Link} to="/replays/new" leftSection={<IconPlus size={16} aria-hidden />}>
          {words.create}
        </Button>
      }
      fill
    >
      <ProblemAlert error={data ? null : error} retry={() => void refetch()} />
      <DataTable
        id="replays"
        label={words.label}
        columns={COLUMNS}
        rows={data?.pages.flatMap(page => page.items) ?? []}
        rowId={row => row.id}
        rowName={row => `${modeWords(row)}, ${dateAndTime(row.created_at)}`}
        onOpen={row => void navigate(`/replays/${row.id}`)}
        server={{
          search: '',
          filters: {},
          onFilters: () => undefined,
          sorting: null,
          hasMore: hasNextPage,
          loadMore: () => void fetchNextPage(),
          loadingMore: isFetchingNextPage,
        }}
        empty={data ? words.empty : common.loading}
      />
    </PageFrame>
  );
}
