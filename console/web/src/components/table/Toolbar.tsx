import { ActionIcon, Button, Group, Menu, Pill, Text, TextInput, Tooltip } from '@mantine/core';
import { IconColumns3, IconDownload, IconSearch, IconX } from '@tabler/icons-react';
import type { Table as TableModel } from '@tanstack/react-table';
import type { Column } from '@/components/table/columns';
import { download, toCsv } from '@/components/table/csv';
import type { DataTableProps } from '@/components/table/DataTable';
import { FieldSearch } from '@/components/table/FieldSearch';
import type { TableState } from '@/components/table/useTable';
import { t } from '@/texts/common';

interface Props<Row> {
  props: DataTableProps<Row>;
  state: TableState;
  table: TableModel<Row>;
}

export function Toolbar<Row>({ props, state, table }: Props<Row>) {
  const selected = table.getSelectedRowModel().rows.map(row => row.original);
  const clear = () => table.resetRowSelection(true);
  const searchable = !props.server || props.server.onSearch !== undefined;
  return (
    <>
      <Group gap="xs">
        {searchable && <SearchInput state={state} />}
        {props.columns.some(one => one.filter) && <FieldSearch columns={props.columns} state={state} />}
        <ColumnChooser columns={props.columns} state={state} />
        {props.selection && <ExportButton props={props} state={state} selected={selected} />}
        {props.selection && selected.length > 0 && (
          <Group gap="xs" role="group" aria-label={t.table.selected(selected.length)}>
            <Text size="sm">{t.table.selected(selected.length)}</Text>
            {props.selection(selected, clear)}
            <Button size="compact-sm" variant="subtle" onClick={clear}>
              {t.table.clearSelection}
            </Button>
          </Group>
        )}
        <Text size="sm" c="dimmed" ml="auto" role="status">
          <RowCount props={props} table={table} />
        </Text>
      </Group>
      <ActiveFilters columns={props.columns} state={state} />
    </>
  );
}

function RowCount<Row>({ props, table }: { props: DataTableProps<Row>; table: TableModel<Row> }) {
  const shown = table.getRowModel().rows.length;
  if (props.server?.hasMore) return `${t.table.rows(shown)} +`;
  return shown === props.rows.length ? t.table.rows(shown) : t.table.some(shown, props.rows.length);
}

function SearchInput({ state }: { state: TableState }) {
  return (
    <TextInput
      type="search"
      w={240}
      placeholder={t.table.search}
      aria-label={t.table.search}
      leftSection={<IconSearch size={16} aria-hidden />}
      value={state.search}
      onChange={event => state.setSearch(event.currentTarget.value)}
      rightSection={
        state.search && (
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t.table.clearSearch}
            onClick={() => state.setSearch('')}
          >
            <IconX size={16} aria-hidden />
          </ActionIcon>
        )
      }
    />
  );
}

interface ColumnsProps<Row> {
  columns: readonly Column<Row>[];
  state: TableState;
}

function ColumnChooser<Row>({ columns, state }: ColumnsProps<Row>) {
  return (
    <Menu closeOnItemClick={false} withinPortal>
      <Menu.Target>
        <Button variant="default" leftSection={<IconColumns3 size={16} aria-hidden />}>
          {t.table.columns}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflowY: 'auto' }}>
        {columns.map((column, index) => (
          <Menu.CheckboxItem
            key={column.id}
            checked={state.shown[column.id] ?? false}
            disabled={index === 0}
            onChange={shown => state.show(column.id, shown)}
          >
            {column.header}
          </Menu.CheckboxItem>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={state.resetColumns}>{t.table.resetColumns}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

interface ExportProps<Row> {
  props: DataTableProps<Row>;
  state: TableState;
  selected: readonly Row[];
}

function ExportButton<Row>({ props, state, selected }: ExportProps<Row>) {
  const none = selected.length === 0;
  const save = () => {
    const shown = props.columns.filter(column => state.shown[column.id]);
    download(`${props.id}.csv`, toCsv(shown, selected));
  };
  return (
    <Tooltip label={t.table.exportHint} disabled={!none}>
      <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />} disabled={none} onClick={save}>
        {t.table.exportCsv}
      </Button>
    </Tooltip>
  );
}

/** What is filtered by, each with a way to take it back, and all at once. */
function ActiveFilters<Row>({ columns, state }: ColumnsProps<Row>) {
  const active = columns.filter(column => state.filters[column.id]);
  if (active.length === 0) return null;
  const words = (column: Column<Row>) => {
    const wanted = state.filters[column.id] ?? '';
    if (!Array.isArray(column.filter)) return `${column.header} ${t.table.contains} “${wanted}”`;
    return `${column.header}: ${column.filter.find(one => one.value === wanted)?.label ?? wanted}`;
  };
  return (
    <Group gap="xs">
      {active.map(column => (
        <Pill
          key={column.id}
          withRemoveButton
          removeButtonProps={{ 'aria-label': t.table.removeFilter(column.header), 'aria-hidden': false, tabIndex: 0 }}
          onRemove={() => state.setFilters({ ...state.filters, [column.id]: '' })}
        >
          {words(column)}
        </Pill>
      ))}
      <Button size="compact-xs" variant="subtle" onClick={() => state.setFilters({})}>
        {t.table.clearFilters}
      </Button>
    </Group>
  );
}
