import { Button, Group, NativeSelect, Popover, Stack, TextInput } from '@mantine/core';
import { IconFilter } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import type { Column, Filters } from '@/components/table/columns';
import type { TableState } from '@/components/table/useTable';
import { t } from '@/texts/common';

interface Props<Row> {
  columns: readonly Column<Row>[];
  state: TableState;
}

/** Search by single fields: what is typed counts when it is applied. */
export function FieldSearch<Row>({ columns, state }: Props<Row>) {
  const [opened, setOpened] = useState(false);
  const [draft, setDraft] = useState<Filters>({});

  function toggle(open: boolean) {
    if (open) setDraft(state.filters);
    setOpened(open);
  }

  function apply(event: FormEvent) {
    event.preventDefault();
    state.setFilters(draft);
    setOpened(false);
  }

  return (
    <Popover opened={opened} onChange={toggle} trapFocus withArrow width={320} position="bottom-start">
      <Popover.Target>
        <Button
          variant="default"
          aria-expanded={opened}
          leftSection={<IconFilter size={16} aria-hidden />}
          onClick={() => toggle(!opened)}
        >
          {t.table.advanced}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={apply}>
          <Stack gap="xs" mah="60vh" style={{ overflowY: 'auto' }}>
            {columns.map(column => (
              <Field
                key={column.id}
                column={column}
                value={draft[column.id] ?? ''}
                onChange={value => setDraft(before => ({ ...before, [column.id]: value }))}
              />
            ))}
            <Group justify="flex-end" gap="xs">
              <Button variant="subtle" onClick={() => setDraft({})}>
                {t.table.clearFilters}
              </Button>
              <Button type="submit">{t.table.apply}</Button>
            </Group>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

interface FieldProps<Row> {
  column: Column<Row>;
  value: string;
  onChange: (value: string) => void;
}

function Field<Row>({ column, value, onChange }: FieldProps<Row>) {
  if (!column.filter) return null;
  if (column.filter === 'text') {
    return (
      <TextInput
        size="xs"
        label={column.header}
        value={value}
        onChange={event => onChange(event.currentTarget.value)}
      />
    );
  }
  return (
    <NativeSelect
      size="xs"
      label={column.header}
      value={value}
      data={[{ value: '', label: t.table.any }, ...column.filter]}
      onChange={event => onChange(event.currentTarget.value)}
    />
  );
}
