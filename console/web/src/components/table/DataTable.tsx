import { Checkbox, Table, Text, UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react';
import { flexRender, type Header, type Row, type Table as TableModel } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, type UIEvent, useRef } from 'react';
import type { Column, Filters, RowAction, ServerSide } from '@/components/table/columns';
import classes from '@/components/table/DataTable.module.css';
import { RowMenu } from '@/components/table/RowMenu';
import { Toolbar } from '@/components/table/Toolbar';
import { useTable } from '@/components/table/useTable';
import { t } from '@/texts/common';

const ROW_PX = 44;
const NEAR_END_PX = 400;

export interface DataTableProps<RowType> {
  /** Names the table: under it the choice of columns is remembered, and CSV files are called by it. */
  id: string;
  /** What it lists, for screen readers. */
  label: string;
  columns: readonly Column<RowType>[];
  rows: readonly RowType[];
  rowId: (row: RowType) => string;
  /** What a row is called, for screen readers. */
  rowName: (row: RowType) => string;
  /** A click or Enter on a row. */
  onOpen?: (row: RowType) => void;
  actions?: readonly RowAction<RowType>[];
  /** Given, rows can be selected, and these buttons stand beside the selection. */
  selection?: (rows: readonly RowType[], clear: () => void) => ReactNode;
  /** What the filters are at first. */
  initialFilters?: Filters;
  server?: ServerSide;
  empty?: ReactNode;
}

/**
 * A table with search, search by field, sorting, a choice of columns that is remembered, selection with CSV export, and
 * a menu a row. Without `server` the rows are all there are, and everything is done here; only what is seen is drawn.
 */
export function DataTable<RowType>(props: DataTableProps<RowType>) {
  const { state, table } = useTable(props);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = table.getRowModel().rows;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  });
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const span = table.getVisibleFlatColumns().length;

  function scrolled(event: UIEvent<HTMLDivElement>) {
    const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
    const { server } = props;
    if (server?.hasMore && !server.loadingMore && scrollHeight - scrollTop - clientHeight < NEAR_END_PX)
      server.loadMore();
  }

  return (
    <div className={classes.whole}>
      <Toolbar props={props} state={state} table={table} />
      <section
        ref={scroller}
        className={classes.scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={props.label}
        onScroll={scrolled}
      >
        <Table
          stickyHeader
          highlightOnHover
          verticalSpacing={6}
          aria-label={props.label}
          aria-rowcount={rows.length + 1}
        >
          <Table.Thead>
            <Table.Tr aria-rowindex={1}>
              {table.getFlatHeaders().map(header => (
                <HeaderCell key={header.id} header={header} table={table} columns={props.columns} />
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            <Gap px={before} span={span} />
            {items.map(item => {
              const row = rows[item.index];
              return row ? <BodyRow key={row.id} row={row} index={item.index} props={props} /> : null;
            })}
            <Gap px={after} span={span} />
          </Table.Tbody>
        </Table>
        {rows.length === 0 && <Empty filtered={state.narrowed} empty={props.empty} />}
      </section>
    </div>
  );
}

function Gap({ px, span }: { px: number; span: number }) {
  return px > 0 ? (
    <tr aria-hidden>
      <td colSpan={span} style={{ height: px, padding: 0 }} />
    </tr>
  ) : null;
}

function Empty({ filtered, empty }: { filtered: boolean; empty: ReactNode }) {
  return (
    <Text c="dimmed" ta="center" p="xl" component="div">
      {filtered ? t.table.noMatch : (empty ?? t.table.empty)}
    </Text>
  );
}

interface HeaderCellProps<RowType> {
  header: Header<RowType, unknown>;
  table: TableModel<RowType>;
  columns: readonly Column<RowType>[];
}

const ARIA_SORT = { asc: 'ascending', desc: 'descending' } as const;

function HeaderCell<RowType>({ header, table, columns }: HeaderCellProps<RowType>) {
  if (header.id === 'select') {
    return (
      <Table.Th w={40}>
        <Checkbox
          size="xs"
          aria-label={t.table.selectAll}
          checked={table.getIsAllRowsSelected()}
          indeterminate={table.getIsSomeRowsSelected() && !table.getIsAllRowsSelected()}
          onChange={table.getToggleAllRowsSelectedHandler()}
        />
      </Table.Th>
    );
  }
  const column = columns.find(one => one.id === header.id);
  if (!column) return <Table.Th w={48} aria-label={t.table.actions} />;
  const sorted = header.column.getIsSorted();
  return (
    <Table.Th
      w={column.width}
      ta={column.align}
      aria-sort={sorted ? ARIA_SORT[sorted] : undefined}
      className={classes.th}
    >
      {header.column.getCanSort() ? (
        <UnstyledButton className={classes.sort} onClick={header.column.getToggleSortingHandler()}>
          {column.header}
          <SortIcon sorted={sorted} />
        </UnstyledButton>
      ) : (
        column.header
      )}
    </Table.Th>
  );
}

function SortIcon({ sorted }: { sorted: false | 'asc' | 'desc' }) {
  if (sorted === 'asc') return <IconArrowUp size={14} aria-hidden />;
  if (sorted === 'desc') return <IconArrowDown size={14} aria-hidden />;
  return <IconArrowsSort size={14} className={classes.unsorted} aria-hidden />;
}

interface BodyRowProps<RowType> {
  row: Row<RowType>;
  index: number;
  props: DataTableProps<RowType>;
}

function BodyRow<RowType>({ row, index, props }: BodyRowProps<RowType>) {
  const { onOpen } = props;
  const name = props.rowName(row.original);
  return (
    <Table.Tr
      aria-rowindex={index + 2}
      aria-selected={props.selection ? row.getIsSelected() : undefined}
      bg={row.getIsSelected() ? 'var(--page-chosen)' : undefined}
      className={onOpen ? classes.openable : undefined}
      onClick={onOpen ? () => onOpen(row.original) : undefined}
    >
      {row.getVisibleCells().map(cell => {
        const { id } = cell.column;
        if (id === 'select') {
          return (
            <Table.Td key={id} onClick={event => event.stopPropagation()}>
              <Checkbox
                size="xs"
                aria-label={t.table.selectRow(name)}
                checked={row.getIsSelected()}
                onChange={row.getToggleSelectedHandler()}
              />
            </Table.Td>
          );
        }
        if (id === 'actions') {
          return (
            <Table.Td key={id} ta="right" onClick={event => event.stopPropagation()}>
              <RowMenu row={row.original} name={name} actions={props.actions ?? []} />
            </Table.Td>
          );
        }
        const column = props.columns.find(one => one.id === id);
        const first = props.columns[0]?.id === id;
        const content = flexRender(cell.column.columnDef.cell, cell.getContext());
        return (
          <Table.Td key={id} ta={column?.align} className={classes.td}>
            {first && onOpen ? (
              <UnstyledButton
                className={classes.open}
                onClick={event => {
                  event.stopPropagation();
                  onOpen(row.original);
                }}
              >
                {content}
              </UnstyledButton>
            ) : (
              content
            )}
          </Table.Td>
        );
      })}
    </Table.Tr>
  );
}
