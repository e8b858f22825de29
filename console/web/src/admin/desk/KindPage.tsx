import { Button, Drawer } from '@mantine/core';
import { IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import type { ComponentType, ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import { type Kind, remove, useAll, useOne, type View } from '@/api/configuration';
import { confirmDelete, showWarnings } from '@/components/confirmDelete';
import { PageFrame } from '@/components/PageFrame';
import { ProblemAlert } from '@/components/ProblemAlert';
import type { Column, RowAction } from '@/components/table/columns';
import { DataTable } from '@/components/table/DataTable';
import { WholePage } from '@/shell/WholePage';
import { t } from '@/texts/admin';
import { t as common } from '@/texts/common';

const NEW = 'new';

export interface KindFormProps<K extends Kind> {
  /** What is edited; undefined for a new one. */
  value: View<K> | undefined;
  onSaved: (saved: View<K>) => void;
  onCancel: () => void;
}

interface Props<K extends Kind> {
  kind: K;
  title: string;
  description?: ReactNode;
  /** What one of them is called: "queue". */
  one: string;
  columns: readonly Column<View<K>>[];
  name: (row: View<K>) => string;
  Form: ComponentType<KindFormProps<K>>;
  formSize?: string;
  /** More entries of the menu of a row, before its deletion. */
  more?: readonly RowAction<View<K>>[];
  /** What a click on a row does, where that is not editing it. */
  onOpen?: (row: View<K>) => void;
  /** What follows from deleting one, where that is not plain. */
  consequence?: string;
  empty?: ReactNode;
}

/** What is open for editing stands in the address: it can be linked to, and Back closes it. */
function useOpened() {
  const [search, setSearch] = useSearchParams();
  const open = (id: string | null) =>
    setSearch(before => {
      const next = new URLSearchParams(before);
      if (id === null) next.delete('open');
      else next.set('open', id);
      return next;
    });
  return { opened: search.get('open'), open };
}

const idOf = (row: object): string => ('id' in row ? String(row.id) : '');

/** The page of a kind that admins configure: its table, and a drawer with the form of one. */
export function KindPage<K extends Kind>(props: Props<K>) {
  const { kind, title, one, name, more = [] } = props;
  const all = useAll(kind);
  const { opened, open } = useOpened();

  const edit: RowAction<View<K>> = {
    label: common.action.edit,
    icon: <IconPencil size={16} aria-hidden />,
    onClick: row => open(idOf(row)),
  };
  const deletion = (rows: readonly View<K>[], onDone?: () => void) =>
    confirmDelete({
      names: rows.map(name),
      consequence: props.consequence,
      run: () => remove(kind, rows.map(idOf)),
      onDone,
    });
  const drop: RowAction<View<K>> = {
    label: common.action.delete,
    icon: <IconTrash size={16} aria-hidden />,
    danger: true,
    onClick: row => deletion([row]),
  };

  return (
    <PageFrame
      title={title}
      description={props.description}
      fill
      actions={
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => open(NEW)}>
          {t.kind.create(one)}
        </Button>
      }
    >
      <ProblemAlert error={all.error} retry={() => void all.refetch()} />
      {all.isPending ? (
        <WholePage.Loading />
      ) : (
        <DataTable
          id={kind}
          label={title}
          columns={props.columns}
          rows={all.data ?? []}
          rowId={idOf}
          rowName={name}
          onOpen={props.onOpen ?? edit.onClick}
          actions={[edit, ...more, drop]}
          selection={(rows, clear) => (
            <Button size="compact-sm" color="red" variant="light" onClick={() => deletion(rows, clear)}>
              {common.action.delete}
            </Button>
          )}
          empty={props.empty ?? t.kind.empty(one)}
        />
      )}
      <FormDrawer props={props} opened={opened} close={() => open(null)} />
    </PageFrame>
  );
}

interface DrawerProps<K extends Kind> {
  props: Props<K>;
  opened: string | null;
  close: () => void;
}

function FormDrawer<K extends Kind>({ props, opened, close }: DrawerProps<K>) {
  const { kind, one, name, Form } = props;
  const id = opened === null || opened === NEW ? undefined : opened;
  const found = useOne(kind, id);
  const title = id === undefined ? t.kind.create(one) : found.data ? name(found.data) : '';

  function saved(value: View<K>) {
    close();
    if ('warnings' in value && Array.isArray(value.warnings) && value.warnings.length > 0) showWarnings(value.warnings);
  }

  return (
    <Drawer
      opened={opened !== null}
      onClose={close}
      position="right"
      size={props.formSize ?? 'md'}
      title={title}
      keepMounted={false}
      closeButtonProps={{ 'aria-label': common.action.close }}
    >
      {id !== undefined && <ProblemAlert error={found.error} />}
      {id !== undefined && found.isPending && <WholePage.Loading />}
      {(id === undefined || found.data) && (
        <Form key={opened} value={id === undefined ? undefined : found.data} onSaved={saved} onCancel={close} />
      )}
    </Drawer>
  );
}
