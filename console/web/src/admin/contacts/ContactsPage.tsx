import { Anchor, Badge, Button, Drawer, Group } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import {
  IconArrowMerge,
  IconDownload,
  IconMessages,
  IconPencil,
  IconPlus,
  IconTrash,
  IconUpload,
} from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { ContactForm } from '@/admin/contacts/ContactForm';
import {
  attributeText,
  type Contact,
  type ContactSort,
  contactsChanged,
  exportList,
  useContacts,
} from '@/admin/contacts/contacts';
import { ImportDrawer } from '@/admin/contacts/ImportDrawer';
import { contactName, MergeDialog } from '@/admin/contacts/MergeDialog';
import { api, unwrap } from '@/api/client';
import { useOne } from '@/api/configuration';
import { confirmDelete } from '@/components/confirmDelete';
import { PageFrame } from '@/components/PageFrame';
import { ProblemAlert } from '@/components/ProblemAlert';
import type { Column, Filters, Sorting } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import { WholePage } from '@/shell/WholePage';
import { t } from '@/texts/admin';
import { t as common } from '@/texts/common';

const SEARCH_MS = 200;

const COLUMNS: readonly Column<Contact>[] = [
  { id: 'name', header: t.field.name, value: contactName, sort: 'name' },
  { id: 'number', header: t.contacts.number, value: row => row.number ?? '', sort: 'number' },
  {
    id: 'tags',
    header: t.contacts.tags,
    value: row => row.tags.join(', '),
    filter: 'text',
    sort: false,
    cell: row => (
      <Group gap={4}>
        {row.tags.map(tag => (
          <Badge key={tag} variant="light" tt="none" size="sm">
            {tag}
          </Badge>
        ))}
      </Group>
    ),
  },
  {
    id: 'attributes',
    header: t.attributes.title,
    value: row =>
      Object.entries(row.attributes)
        .map(([name, value]) => `${name}: ${attributeText(value)}`)
        .join(', '),
    sort: false,
  },
  { id: 'key', header: t.contacts.key, value: row => row.key, sort: false, hidden: true },
  { id: 'merged', header: t.contacts.mergedKeys, value: row => row.merged_keys.join(', '), sort: false, hidden: true },
];

async function removeContacts(ids: readonly string[]): Promise<undefined> {
  await unwrap(api.POST('/api/contacts/delete', { body: { ids: [...ids] } }));
  await contactsChanged();
}

function useSearch() {
  const [search, onSearch] = useState('');
  const [filters, onFilters] = useState<Filters>({});
  const [sorting, onSorting] = useState<Sorting | null>(null);
  const [settled] = useDebouncedValue(search, SEARCH_MS);
  const sort = sorting ? (`${sorting.descending ? '-' : ''}${sorting.column}` as ContactSort) : null;
  return {
    wanted: { search: settled, tag: filters.tags ?? '', sort },
    search,
    onSearch,
    filters,
    onFilters,
    sorting,
    onSorting,
  };
}

export default function ContactsPage() {
  const { list = '' } = useParams();
  const found = useOne('lists', list);
  const { wanted, ...searching } = useSearch();
  const contacts = useContacts(list, wanted);
  const rows = useMemo(() => contacts.data?.pages.flatMap(page => page.items) ?? [], [contacts.data]);
  const navigate = useNavigate();
  const [edited, setEdited] = useState<Contact | 'new' | null>(null);
  const [importing, setImporting] = useState(false);
  const [merging, setMerging] = useState<readonly [Contact, Contact] | null>(null);
  const deletion = (chosen: readonly Contact[], onDone?: () => void) =>
    confirmDelete({
      names: chosen.map(contactName),
      consequence: t.contacts.consequence,
      run: () => removeContacts(chosen.map(one => one.id)),
      onDone,
    });

  return (
    <PageFrame
      title={found.data?.name ?? t.contacts.title}
      description={
        <Anchor component={Link} to="/lists" size="sm">
          {t.contacts.allLists}
        </Anchor>
      }
      fill
      actions={
        <>
          <Button
            variant="default"
            leftSection={<IconUpload size={16} aria-hidden />}
            onClick={() => setImporting(true)}
          >
            {t.contacts.import}
          </Button>
          <Button
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
            onClick={() => exportList(list)}
          >
            {t.contacts.export}
          </Button>
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEdited('new')}>
            {t.kind.create(t.contacts.one)}
          </Button>
        </>
      }
    >
      <ProblemAlert error={contacts.error ?? found.error} retry={() => void contacts.refetch()} />
      {contacts.isPending && !contacts.isPlaceholderData && rows.length === 0 && searching.search === '' ? (
        <WholePage.Loading />
      ) : (
        <DataTable
          id="contacts"
          label={t.contacts.title}
          columns={COLUMNS}
          rows={rows}
          rowId={row => row.id}
          rowName={contactName}
          onOpen={setEdited}
          server={{
            ...searching,
            hasMore: contacts.hasNextPage,
            loadMore: () => void contacts.fetchNextPage(),
            loadingMore: contacts.isFetchingNextPage,
          }}
          actions={[
            { label: common.action.edit, icon: <IconPencil size={16} aria-hidden />, onClick: setEdited },
            {
              label: t.contacts.interactions,
              icon: <IconMessages size={16} aria-hidden />,
              onClick: row => void navigate(`/interactions?contact=${encodeURIComponent(row.key)}`),
            },
            {
              label: common.action.delete,
              icon: <IconTrash size={16} aria-hidden />,
              danger: true,
              onClick: row => deletion([row]),
            },
          ]}
          selection={(chosen, clear) => (
            <>
              {chosen[0] && chosen[1] && chosen.length === 2 && (
                <MergeButton pair={[chosen[0], chosen[1]]} onClick={setMerging} />
              )}
              <Button size="compact-sm" color="red" variant="light" onClick={() => deletion(chosen, clear)}>
                {common.action.delete}
              </Button>
            </>
          )}
          empty={t.contacts.empty}
        />
      )}
      <Drawer
        opened={edited !== null}
        onClose={() => setEdited(null)}
        position="right"
        title={edited === 'new' || !edited ? t.kind.create(t.contacts.one) : contactName(edited)}
        closeButtonProps={{ 'aria-label': common.action.close }}
      >
        {edited && (
          <ContactForm list={list} value={edited === 'new' ? undefined : edited} onDone={() => setEdited(null)} />
        )}
      </Drawer>
      <ImportDrawer
        target={{ kind: 'lists', id: list }}
        title={t.contacts.import}
        columns={t.contacts.columns}
        opened={importing}
        onClose={() => setImporting(false)}
        onProgress={contactsChanged}
      />
      {merging && <MergeDialog pair={merging} onClose={() => setMerging(null)} />}
    </PageFrame>
  );
}

interface MergeButtonProps {
  pair: readonly [Contact, Contact];
  onClick: (pair: readonly [Contact, Contact]) => void;
}

function MergeButton({ pair, onClick }: MergeButtonProps) {
  return (
    <Button
      size="compact-sm"
      variant="light"
      leftSection={<IconArrowMerge size={14} aria-hidden />}
      onClick={() => onClick(pair)}
    >
      {t.contacts.merge}
    </Button>
  );
}
