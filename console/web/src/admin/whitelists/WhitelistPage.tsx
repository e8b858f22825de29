import { Alert, Anchor, Badge, Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconAlertTriangle, IconTrash, IconUpload } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { Link, useParams } from 'react-router';
import { ImportDrawer } from '@/admin/contacts/ImportDrawer';
import { useNames } from '@/admin/desk/named';
import { RuleForm } from '@/admin/whitelists/RuleForm';
import { idOf, type Rule, removeRules, rulesChanged, useRules } from '@/admin/whitelists/rules';
import { useOne } from '@/api/configuration';
import { confirmDelete } from '@/components/confirmDelete';
import { PageFrame } from '@/components/PageFrame';
import { ProblemAlert } from '@/components/ProblemAlert';
import type { Column } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import { t } from '@/texts/admin';
import { t as common } from '@/texts/common';

const SEARCH_MS = 200;
const COLOURS = { number: 'teal', prefix: 'blue', list: 'grape' } as const;

function useColumns(): readonly Column<Rule>[] {
  const lists = useNames('lists');
  return useMemo(() => {
    const admitted = (rule: Rule) => {
      if (rule.kind === 'list') return lists.nameOf(rule.list_id);
      return rule.kind === 'prefix' ? t.rules.beginning(rule.prefix) : rule.number;
    };
    return [
      { id: 'value', header: t.rules.admits, value: admitted, sort: false },
      {
        id: 'kind',
        header: t.rules.kind,
        value: rule => t.rules.kinds[rule.kind ?? 'number'],
        cell: rule => (
          <Badge variant="light" tt="none" color={COLOURS[rule.kind ?? 'number']}>
            {t.rules.kinds[rule.kind ?? 'number']}
          </Badge>
        ),
        sort: false,
      },
      { id: 'id', header: t.field.id, value: idOf, sort: false, hidden: true },
    ];
  }, [lists]);
}

export default function WhitelistPage() {
  const { whitelist = '' } = useParams();
  const found = useOne('whitelists', whitelist);
  const [search, setSearch] = useState('');
  const [settled] = useDebouncedValue(search, SEARCH_MS);
  const rules = useRules(whitelist, settled);
  const rows = useMemo(() => rules.data?.pages.flatMap(page => page.items.map(one => one.rule)) ?? [], [rules.data]);
  const columns = useColumns();
  const [importing, setImporting] = useState(false);
  const deletion = (chosen: readonly Rule[], onDone?: () => void) =>
    confirmDelete({ names: chosen.map(idOf), run: () => removeRules(whitelist, chosen), onDone });

  return (
    <PageFrame
      title={found.data?.name ?? t.rules.title}
      description={
        <Anchor component={Link} to="/whitelists" size="sm">
          {t.whitelists.all}
        </Anchor>
      }
      fill
      actions={
        <Button variant="default" leftSection={<IconUpload size={16} aria-hidden />} onClick={() => setImporting(true)}>
          {t.rules.import}
        </Button>
      }
    >
      <ProblemAlert error={found.error ?? rules.error} retry={() => void rules.refetch()} />
      {found.data?.warnings.map(warning => (
        <Alert key={warning} color="orange" icon={<IconAlertTriangle aria-hidden />}>
          {warning}
        </Alert>
      ))}
      <RuleForm whitelist={whitelist} />
      <DataTable
        id="rules"
        label={t.rules.title}
        columns={columns}
        rows={rows}
        rowId={idOf}
        rowName={idOf}
        server={{
          search,
          onSearch: setSearch,
          filters: {},
          onFilters: () => undefined,
          sorting: null,
          hasMore: rules.hasNextPage,
          loadMore: () => void rules.fetchNextPage(),
          loadingMore: rules.isFetchingNextPage,
        }}
        actions={[
          {
            label: common.action.delete,
            icon: <IconTrash size={16} aria-hidden />,
            danger: true,
            onClick: row => deletion([row]),
          },
        ]}
        selection={(chosen, clear) => (
          <Button size="compact-sm" color="red" variant="light" onClick={() => deletion(chosen, clear)}>
            {common.action.delete}
          </Button>
        )}
        empty={t.rules.empty}
      />
      <ImportDrawer
        target={{ kind: 'whitelists', id: whitelist }}
        title={t.rules.import}
        columns={t.rules.columns}
        opened={importing}
        onClose={() => setImporting(false)}
        onProgress={rulesChanged}
      />
    </PageFrame>
  );
}
