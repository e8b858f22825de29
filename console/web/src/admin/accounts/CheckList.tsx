import { Button, Checkbox, Group, ScrollArea, Stack, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import type { Choice } from '@/admin/desk/named';
import { t } from '@/texts/admin';
import { t as common } from '@/texts/common';

interface Props {
  label: string;
  choices: readonly Choice[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  empty: string;
  height?: number | string;
}

/** Some of many, with a search. */
export function CheckList({ label, choices, chosen, onChange, empty, height = 320 }: Props) {
  const [search, setSearch] = useState('');
  const found = choices.filter(one => one.label.toLowerCase().includes(search.trim().toLowerCase()));
  const ids = found.map(one => one.value);
  const all = ids.every(id => chosen.includes(id));
  const toggleAll = () => onChange(all ? chosen.filter(id => !ids.includes(id)) : [...new Set([...chosen, ...ids])]);
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <TextInput
          flex={1}
          type="search"
          placeholder={common.table.search}
          aria-label={`${common.table.search}: ${label}`}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={search}
          onChange={event => setSearch(event.currentTarget.value)}
        />
        <Button variant="default" disabled={found.length === 0} onClick={toggleAll}>
          {all ? t.checkList.none : t.checkList.all}
        </Button>
      </Group>
      <Checkbox.Group aria-label={label} value={[...chosen]} onChange={onChange}>
        <ScrollArea.Autosize mah={height} type="auto" viewportProps={{ tabIndex: 0, 'aria-label': label }}>
          <Stack gap={6} py={4}>
            {found.map(one => (
              <Checkbox key={one.value} value={one.value} label={one.label} />
            ))}
            {found.length === 0 && (
              <Text size="sm" c="dimmed">
                {choices.length === 0 ? empty : common.table.noMatch}
              </Text>
            )}
          </Stack>
        </ScrollArea.Autosize>
      </Checkbox.Group>
      <Text size="sm" c="dimmed" role="status">
        {t.checkList.chosen(chosen.length, choices.length)}
      </Text>
    </Stack>
  );
}
