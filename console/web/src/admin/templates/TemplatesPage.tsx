import { Alert, Badge, Button, Drawer, Paper, Select, Stack, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useSearchParams } from 'react-router';
import { useNames } from '@/admin/desk/named';
import { COLOURS, synchronise, type Template, useTemplates } from '@/admin/templates/templates';
import { notifyProblem } from '@/components/notify';
import { PageFrame } from '@/components/PageFrame';
import { ProblemAlert } from '@/components/ProblemAlert';
import type { Column } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import { t } from '@/texts/admin';
import { t as common } from '@/texts/common';

const MOST_MS = 60_000;

const COLUMNS: readonly Column<Template>[] = [
  { id: 'name', header: t.field.name, value: row => row.name, filter: 'text' },
  { id: 'language', header: t.templates.language, value: row => row.language, filter: 'text' },
  {
    id: 'status',
    header: t.templates.status,
    value: row => t.templates.states[row.status],
    cell: row => (
      <Badge variant="light" tt="none" color={COLOURS[row.status]}>
        {t.templates.states[row.status]}
      </Badge>
    ),
    filter: (Object.keys(COLOURS) as Template['status'][]).map(value => ({
      value,
      label: t.templates.states[value],
    })),
  },
  { id: 'category', header: t.templates.category, value: row => row.category.toLowerCase(), filter: 'text' },
  { id: 'body', header: t.templates.body, value: row => row.body, filter: 'text' },
  { id: 'parameters', header: t.templates.parameters, value: row => row.parameters.join(', '), hidden: true },
];

/** Which account is looked at stands in the address. */
function useAccount() {
  const [search, setSearch] = useSearchParams();
  const accounts = useNames('accounts');
  const account = search.get('account') ?? accounts.choices[0]?.value ?? '';
  return { account, accounts, choose: (id: string | null) => setSearch(id ? { account: id } : {}, { replace: true }) };
}

/** Asks the provider, and looks until the answer is there: the time of the last answer is another one. */
function useSynchronisation(account: string) {
  const [asked, setAsked] = useState<{ account: string; before: string | null } | null>(null);
  const looking = asked?.account === account;
  const templates = useTemplates(account, looking);
  const at = templates.data?.synchronised_at ?? null;
  useEffect(() => {
    if (!asked) return;
    if (at !== asked.before) setAsked(null);
    const timer = setTimeout(() => setAsked(null), MOST_MS);
    return () => clearTimeout(timer);
  }, [asked, at]);
  const start = () => {
    setAsked({ account, before: at });
    synchronise(account).catch(error => {
      setAsked(null);
      notifyProblem(error);
    });
  };
  return { templates, looking, start };
}

export default function TemplatesPage() {
  const { account, accounts, choose } = useAccount();
  const { templates, looking, start } = useSynchronisation(account);
  const [shown, setShown] = useState<Template | null>(null);
  const at = templates.data?.synchronised_at;
  return (
    <PageFrame
      title={t.templates.title}
      description={at ? t.templates.readAt(new Date(at).toLocaleString()) : t.templates.never}
      fill
      actions={
        <>
          <Select
            aria-label={t.field.account}
            data={accounts.choices}
            value={account || null}
            onChange={choose}
            searchable
            allowDeselect={false}
            w={220}
          />
          <Button
            leftSection={<IconRefresh size={16} aria-hidden />}
            loading={looking}
            disabled={!account}
            onClick={start}
          >
            {t.templates.synchronise}
          </Button>
        </>
      }
    >
      <ProblemAlert error={templates.error} retry={() => void templates.refetch()} />
      {templates.data?.fault && (
        <Alert color="red" title={t.templates.fault}>
          {templates.data.fault}
        </Alert>
      )}
      <DataTable
        id="templates"
        label={t.templates.title}
        columns={COLUMNS}
        rows={templates.data?.items ?? []}
        rowId={row => row.id}
        rowName={row => row.name}
        onOpen={setShown}
        selection={() => null}
        empty={t.templates.empty}
      />
      <Drawer
        opened={shown !== null}
        onClose={() => setShown(null)}
        position="right"
        title={shown?.name}
        closeButtonProps={{ 'aria-label': common.action.close }}
      >
        {shown && <TemplateCard of={shown} />}
      </Drawer>
    </PageFrame>
  );
}

function TemplateCard({ of }: { of: Template }) {
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {[of.language, of.category.toLowerCase(), t.templates.states[of.status]].join(' · ')}
      </Text>
      <Paper withBorder p="md" bg="var(--page-faint)">
        {of.header && <Text fw={600}>{of.header}</Text>}
        <Text style={{ whiteSpace: 'pre-wrap' }}>{of.body}</Text>
        {of.footer && (
          <Text size="xs" c="dimmed" mt="xs">
            {of.footer}
          </Text>
        )}
      </Paper>
      {of.parameters.length > 0 && (
        <Text size="sm">
          {t.templates.parameters}: {of.parameters.join(', ')}
        </Text>
      )}
    </Stack>
  );
}
