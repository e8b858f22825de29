import { Badge, Drawer, Group, Stack, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { type Difference, differences } from '@/admin/audit/differences';
import { api, type Schema, unwrap } from '@/api/client';
import { keys } from '@/api/queries';
import { PageFrame } from '@/components/PageFrame';
import { ProblemAlert } from '@/components/ProblemAlert';
import type { Column, Filters } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import { t } from '@/texts/admin';
import { t as common } from '@/texts/common';

type Entry = Schema<'AuditEntry'>;

const COLOURS: Record<string, string> = { created: 'teal', changed: 'blue', deleted: 'red' };
const time = (value: string) => new Date(value).toLocaleString();
const choices = (texts: Readonly<Record<string, string>>) =>
  Object.entries(texts).map(([value, label]) => ({ value, label }));
const word = (texts: Readonly<Record<string, string>>, value: string) => texts[value] ?? value;

const COLUMNS: readonly Column<Entry>[] = [
  { id: 'at', header: t.audit.at, value: row => time(row.at), sort: false },
  { id: 'actor', header: t.audit.actor, value: row => row.actor, filter: 'text', sort: false },
  {
    id: 'action',
    header: t.audit.action,
    value: row => word(t.audit.actions, row.action),
    cell: row => (
      <Badge variant="light" tt="none" color={COLOURS[row.action] ?? 'gray'}>
        {word(t.audit.actions, row.action)}
      </Badge>
    ),
    filter: choices(t.audit.actions),
    sort: false,
  },
  {
    id: 'kind',
    header: t.audit.kind,
    value: row => word(t.audit.kinds, row.kind),
    filter: choices(t.audit.kinds),
    sort: false,
  },
  { id: 'label', header: t.audit.subject, value: row => row.label || row.subject, sort: false },
  {
    id: 'fields',
    header: t.audit.fields,
    // Of what is new or gone these would be all.
    value: row =>
      row.before && row.after
        ? differences(row)
            .map(one => one.field)
            .join(', ')
        : '',
    sort: false,
  },
  { id: 'subject', header: t.field.id, value: row => row.subject, filter: 'text', sort: false, hidden: true },
  { id: 'address', header: t.sessions.address, value: row => row.address, sort: false },
  { id: 'role', header: t.users.role, value: row => t.users.roles[row.role], sort: false, hidden: true },
  { id: 'correlation', header: t.audit.correlation, value: row => row.correlation_id, sort: false, hidden: true },
];

function useEntries(filters: Filters) {
  const given = Object.fromEntries(Object.entries(filters).filter(([, value]) => value));
  return useInfiniteQuery({
    queryKey: keys.configuration('audit', given),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/audit', {
          params: { query: { limit: 100, ...given, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: page => page.cursor ?? undefined,
  });
}

export default function AuditPage() {
  const [filters, setFilters] = useState<Filters>({});
  const entries = useEntries(filters);
  const rows = useMemo(() => entries.data?.pages.flatMap(page => page.items) ?? [], [entries.data]);
  const [shown, setShown] = useState<Entry | null>(null);
  return (
    <PageFrame title={t.audit.title} description={t.audit.description} fill>
      <ProblemAlert error={entries.error} retry={() => void entries.refetch()} />
      <DataTable
        id="audit"
        label={t.audit.title}
        columns={COLUMNS}
        rows={rows}
        rowId={row => row.id}
        rowName={row => `${time(row.at)} ${row.label}`}
        onOpen={setShown}
        selection={() => null}
        server={{
          search: '',
          filters,
          onFilters: setFilters,
          sorting: null,
          hasMore: entries.hasNextPage,
          loadMore: () => void entries.fetchNextPage(),
          loadingMore: entries.isFetchingNextPage,
        }}
      />
      <Drawer
        opened={shown !== null}
        onClose={() => setShown(null)}
        position="right"
        size="xl"
        title={shown ? t.audit.entry(word(t.audit.kinds, shown.kind), shown.label || shown.subject) : ''}
        closeButtonProps={{ 'aria-label': common.action.close }}
      >
        {shown && <EntryView of={shown} />}
      </Drawer>
    </PageFrame>
  );
}

function EntryView({ of }: { of: Entry }) {
  const changes = differences(of);
  return (
    <Stack>
      <Group gap="xs">
        <Badge variant="light" tt="none" color={COLOURS[of.action] ?? 'gray'}>
          {word(t.audit.actions, of.action)}
        </Badge>
        <Text size="sm">{t.audit.byLine(of.actor, time(of.at), of.address)}</Text>
      </Group>
      {of.secrets_changed.length > 0 && (
        <Text size="sm">
          {t.audit.secrets}: {of.secrets_changed.join(', ')}
        </Text>
      )}
      {changes.length > 0 && <Changes of={changes} />}
    </Stack>
  );
}

function Changes({ of }: { of: readonly Difference[] }) {
  return (
    <Table verticalSpacing="xs" layout="fixed">
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={150}>{t.audit.field}</Table.Th>
          <Table.Th>{t.audit.before}</Table.Th>
          <Table.Th>{t.audit.after}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {of.map(one => (
          <Table.Tr key={one.field} style={{ verticalAlign: 'top' }}>
            <Table.Td style={{ overflowWrap: 'anywhere' }}>{one.field}</Table.Td>
            <Value text={one.before} colour="red" />
            <Value text={one.after} colour="teal" />
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Value({ text, colour }: { text: string; colour: string }) {
  return (
    <Table.Td>
      {text !== '' && (
        <Text
          size="xs"
          ff="monospace"
          p={4}
          bg={`var(--mantine-color-${colour}-light)`}
          style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', borderRadius: 4 }}
        >
          {text}
        </Text>
      )}
    </Table.Td>
  );
}
