import { Button, Group, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import classes from '@/admin/accounts/Account.module.css';
import type { SectionProps } from '@/admin/accounts/SectionForm';
import { useNames } from '@/admin/desk/named';
import { api, unwrap } from '@/api/client';
import { keys } from '@/api/queries';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StateBadge } from '@/components/StateBadge';
import { t } from '@/texts/admin';

const LATEST = 25;

/** The latest interactions of the account. */
export function useLatest(account: string) {
  return useQuery({
    queryKey: keys.interactions('latest', account),
    queryFn: () => unwrap(api.GET('/api/interactions', { params: { query: { account: [account], limit: LATEST } } })),
  });
}

export function InteractionsSection({ account }: SectionProps) {
  const found = useLatest(account.id);
  const agents = useNames('agents');
  return (
    <div className={classes.section} data-wide>
      <Group justify="space-between">
        <Title order={2}>{t.sections.interactions}</Title>
        <Button
          component={Link}
          to={`/interactions?view=all&account=${encodeURIComponent(account.id)}`}
          variant="default"
        >
          {t.accounts.allInteractions}
        </Button>
      </Group>
      <ProblemAlert error={found.error} retry={() => void found.refetch()} />
      {found.data?.items.length === 0 && <Text c="dimmed">{t.accounts.noInteractions}</Text>}
      {(found.data?.items.length ?? 0) > 0 && (
        <Table.ScrollContainer minWidth={640}>
          <Table highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t.accounts.opened}</Table.Th>
                <Table.Th>{t.contacts.one}</Table.Th>
                <Table.Th>{t.accounts.state}</Table.Th>
                <Table.Th>{t.field.agent}</Table.Th>
                <Table.Th>{t.dispositions.path}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {found.data?.items.map(one => (
                <Table.Tr key={one.id}>
                  <Table.Td>
                    <Link to={`/inbox/${encodeURIComponent(one.id)}`}>{new Date(one.opened_at).toLocaleString()}</Link>
                  </Table.Td>
                  <Table.Td>{one.contact_key}</Table.Td>
                  <Table.Td>
                    <StateBadge of={one} />
                  </Table.Td>
                  <Table.Td>{one.owner ? agents.nameOf(one.owner) : ''}</Table.Td>
                  <Table.Td>{one.disposition.join(' › ')}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </div>
  );
}
