import { ActionIcon, Button, Fieldset, Group, Stack, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { t } from '@/texts/admin';
import { t as common } from '@/texts/common';

export interface AttributeRow {
  name: string;
  value: string;
}

interface Props {
  rows: readonly AttributeRow[];
  onChange: (rows: AttributeRow[]) => void;
  description?: string;
}

/** Free attributes: a name and a value a line. */
export function AttributeFields({ rows, onChange, description }: Props) {
  const set = (index: number, change: Partial<AttributeRow>) =>
    onChange(rows.map((row, at) => (at === index ? { ...row, ...change } : row)));
  return (
    <Fieldset legend={t.attributes.title} p="sm">
      <Stack gap="xs">
        {description}
        {rows.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no names of their own, and their inputs are controlled
          <Group key={index} gap="xs" wrap="nowrap">
            <TextInput
              flex={1}
              aria-label={t.attributes.name}
              placeholder={t.attributes.name}
              value={row.name}
              onChange={event => set(index, { name: event.currentTarget.value })}
            />
            <TextInput
              flex={2}
              aria-label={t.attributes.value}
              placeholder={t.attributes.value}
              value={row.value}
              onChange={event => set(index, { value: event.currentTarget.value })}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`${common.action.remove}: ${row.name}`}
              onClick={() => onChange(rows.filter((_, at) => at !== index))}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <Group>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => onChange([...rows, { name: '', value: '' }])}
          >
            {t.attributes.add}
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}
