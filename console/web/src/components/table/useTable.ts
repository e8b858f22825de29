import { useDebouncedValue, useLocalStorage } from '@mantine/hooks';
import {
  type ColumnDef,
  getCoreRowModel,
  getFilteredRowModel,
  getSortedRowModel,
  type RowSelectionState,
  type SortingState,
  useReactTable,
} from '@tanstack/react-table';
import { useMemo, useState } from 'react';
import type { Column, Filters, ServerSide, Sorting } from '@/components/table/columns';
import type { DataTableProps } from '@/components/table/DataTable';

const SEARCH_MS = 150;

export interface TableState {
  search: string;
  setSearch: (search: string) => void;
  filters: Filters;
  setFilters: (filters: Filters) => void;
  /** Which columns are shown, and which were chosen by hand. */
  shown: Readonly<Record<string, boolean>>;
  show: (column: string, shown: boolean) => void;
  resetColumns: () => void;
  /** Something is searched or filtered for. */
  narrowed: boolean;
}

/** Whether a row is what is searched for: every word in any column, and every filter in its own. */
function matches<Row>(row: Row, columns: readonly Column<Row>[], words: readonly string[], filters: Filters): boolean {
  const all = columns
    .map(column => column.value(row))
    .join('\n')
    .toLowerCase();
  return words.every(word => all.includes(word)) && columns.every(column => passes(column, row, filters[column.id]));
}

function passes<Row>(column: Column<Row>, row: Row, wanted: string | undefined): boolean {
  if (!wanted) return true;
  const value = column.value(row).toLowerCase();
  if (column.filter === 'text') return value.includes(wanted.toLowerCase());
  const label = column.filter?.find(one => one.value === wanted)?.label ?? wanted;
  return value === label.toLowerCase();
}

function sortValue<Row>(column: Column<Row>, row: Row): string | number {
  return typeof column.sort === 'function' ? column.sort(row) : column.value(row).toLowerCase();
}

function definitions<Row>(props: DataTableProps<Row>): ColumnDef<Row>[] {
  const data = props.columns.map(
    (column): ColumnDef<Row> => ({
      id: column.id,
      accessorFn: row => sortValue(column, row),
      cell: ({ row }) => (column.cell ? column.cell(row.original) : column.value(row.original)),
      enableSorting: props.server ? typeof column.sort === 'string' : column.sort !== false,
      sortingFn: 'auto',
      sortDescFirst: false,
    }),
  );
  const select: ColumnDef<Row>[] = props.selection ? [{ id: 'select', enableSorting: false }] : [];
  const actions: ColumnDef<Row>[] = props.actions?.length ? [{ id: 'actions', enableSorting: false }] : [];
  return [...select, ...data, ...actions];
}

function toSortingState(sorting: Sorting | null): SortingState {
  return sorting ? [{ id: sorting.column, desc: sorting.descending }] : [];
}

/** State of search and filters: the API's where it searches, else our own. */
function useNarrowing(server: ServerSide | undefined, initial: Filters) {
  const [search, setSearch] = useState('');
  const [filters, setFilters] = useState(initial);
  return server
    ? {
        search: server.search,
        setSearch: server.onSearch ?? setSearch,
        filters: server.filters,
        setFilters: server.onFilters,
      }
    : { search, setSearch, filters, setFilters };
}

export function useTable<Row>(props: DataTableProps<Row>) {
  const { id, columns, rows, server } = props;
  const narrowing = useNarrowing(server, props.initialFilters ?? {});
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const [selected, setSelected] = useState<RowSelectionState>({});
  const [chosen, setChosen, resetColumns] = useLocalStorage<Record<string, boolean>>({
    key: `switchboard.columns.${id}`,
    defaultValue: {},
    getInitialValueInEffect: false,
  });
  const shown = useMemo(
    () => Object.fromEntries(columns.map(one => [one.id, chosen[one.id] ?? !one.hidden])),
    [columns, chosen],
  );
  const [search] = useDebouncedValue(narrowing.search, SEARCH_MS);
  const found = useMemo(() => {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    const nothing = words.length === 0 && Object.values(narrowing.filters).every(one => !one);
    return server || nothing ? [...rows] : rows.filter(row => matches(row, columns, words, narrowing.filters));
  }, [rows, columns, search, narrowing.filters, server]);

  const current = server ? server.sorting : sorting;
  const table = useReactTable<Row>({
    data: found,
    columns: useMemo(() => definitions(props), [props]),
    getRowId: props.rowId,
    state: { sorting: toSortingState(current), rowSelection: selected, columnVisibility: shown },
    manualSorting: server !== undefined,
    manualFiltering: true,
    enableSortingRemoval: true,
    // There are no pages; resetting them draws again, without end where rows or columns are new with each drawing.
    autoResetAll: false,
    onSortingChange: update => {
      const [first] = typeof update === 'function' ? update(toSortingState(current)) : update;
      const next = first ? { column: first.id, descending: first.desc } : null;
      if (server) server.onSorting?.(next);
      else setSorting(next);
    },
    onRowSelectionChange: setSelected,
    getCoreRowModel: getCoreRowModel(),
    getFilteredRowModel: getFilteredRowModel(),
    getSortedRowModel: getSortedRowModel(),
  });
  const state: TableState = {
    ...narrowing,
    shown,
    show: (column, visible) => setChosen(before => ({ ...before, [column]: visible })),
    resetColumns,
    narrowed: narrowing.search !== '' || Object.values(narrowing.filters).some(Boolean),
  };
  return { state, table };
}
