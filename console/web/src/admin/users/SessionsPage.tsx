import { Badge, Button, Group } from '@mantine/core';
import { IconLogout } from '@tabler/icons-react';
import { useSearchParams } from 'react-router';
import { useNames } from '@/admin/desk/named';
import { clientName, endSessions, type Session, useSessions } from '@/admin/users/tokens';
import { confirmDelete } from '@/components/confirmDelete';
import { PageFrame } from '@/components/PageFrame';
import { ProblemAlert } from '@/components/ProblemAlert';
import type { Column } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import { t } from '@/texts/admin';

const time = (value: string) => new Date(value).toLocaleString();

/** Who is signed in, from where. */
export default function SessionsPage() {
  const users = useNames('users');
  const [search] = useSearchParams();
  const sessions = useSessions(search.get('user') ?? undefined);
  const columns: readonly Column<Session>[] = [
    {
      id: 'user',
      header: t.users.one,
      value: row => users.nameOf(row.user_id),
      cell: row => (
        <Group gap={6} wrap="nowrap">
          {users.nameOf(row.user_id)}
          {row.own && (
            <Badge size="xs" variant="light" tt="none">
              {t.sessions.own}
            </Badge>
          )}
        </Group>
      ),
      filter: 'text',
    },
    { id: 'client', header: t.sessions.client, value: row => clientName(row.client), filter: 'text' },
    { id: 'address', header: t.sessions.address, value: row => row.address, filter: 'text' },
    { id: 'seen', header: t.sessions.seen, value: row => time(row.seen_at), sort: row => row.seen_at },
    { id: 'created', header: t.sessions.created, value: row => time(row.created_at), sort: row => row.created_at },
    {
      id: 'expires',
      header: t.sessions.expires,
      value: row => time(row.expires_at),
      sort: row => row.expires_at,
      hidden: true,
    },
  ];
  const end = (rows: readonly Session[], onDone?: () => void) =>
    confirmDelete({
      names: rows.map(row => `${users.nameOf(row.user_id)} (${clientName(row.client)})`),
      consequence: t.sessions.consequence,
      run: () => endSessions(rows.map(row => row.id)),
      onDone,
    });
  return (
    <PageFrame title={t.sessions.title} description={t.sessions.description} fill>
      <ProblemAlert error={sessions.error} retry={() => void sessions.refetch()} />
      <DataTable
        id="sessions"
        label={t.sessions.title}
        columns={columns}
        rows={sessions.data ?? []}
        rowId={row => row.id}
        rowName={row => users.nameOf(row.user_id)}
        actions={[
          {
            label: t.sessions.end,
            icon: <IconLogout size={16} aria-hidden />,
            danger: true,
            onClick: row => end([row]),
          },
        ]}
        selection={(rows, clear) => (
          <Button size="compact-sm" color="red" variant="light" onClick={() => end(rows, clear)}>
            {t.sessions.end}
          </Button>
        )}
      />
    </PageFrame>
  );
}
