import { ActionIcon, Button, Chip, Fieldset, Group, MultiSelect, Text, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { KindForm } from '@/admin/desk/KindForm';
import { type KindFormProps, KindPage } from '@/admin/desk/KindPage';
import { clock, inWords, month, NEW_SPAN, type Span, weekday } from '@/admin/desk/spans';
import type { View } from '@/api/configuration';
import type { Column } from '@/components/table/columns';
import { t } from '@/texts/admin';
import { t as common } from '@/texts/common';

const COLUMNS: readonly Column<View<'intervals'>>[] = [
  { id: 'name', header: t.field.name, value: row => row.name, filter: 'text' },
  { id: 'spans', header: t.intervals.spans, value: row => row.spans.map(inWords).join('; '), filter: 'text' },
  { id: 'id', header: t.field.id, value: row => row.id, filter: 'text', hidden: true },
];

export default function IntervalsPage() {
  return (
    <KindPage
      kind="intervals"
      title={t.intervals.title}
      description={t.intervals.description}
      one={t.intervals.one}
      columns={COLUMNS}
      name={row => row.name}
      Form={IntervalForm}
      formSize="lg"
    />
  );
}

interface Values {
  name: string;
  spans: Span[];
}

function IntervalForm(props: KindFormProps<'intervals'>) {
  const { value } = props;
  const spans = (value?.spans ?? [NEW_SPAN]).map(one => ({ ...one, start: clock(one.start), end: clock(one.end) }));
  return (
    <KindForm<'intervals', Values> kind="intervals" initialValues={{ name: value?.name ?? '', spans }} {...props}>
      {form => (
        <>
          <TextInput label={t.field.name} required data-autofocus {...form.getInputProps('name')} />
          {form.values.spans.map((span, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: spans have no names of their own, and their inputs are controlled
            <SpanFields key={index} form={form} index={index} span={span} />
          ))}
          <Group>
            <Button
              variant="default"
              leftSection={<IconPlus size={16} aria-hidden />}
              onClick={() => form.insertListItem('spans', NEW_SPAN)}
            >
              {t.intervals.addSpan}
            </Button>
          </Group>
          <Text size="xs" c="dimmed">
            {t.intervals.hint}
          </Text>
        </>
      )}
    </KindForm>
  );
}

const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6];
const MONTHS = Array.from({ length: 12 }, (_, index) => ({ value: String(index + 1), label: month(index + 1) }));
const DAYS = Array.from({ length: 31 }, (_, index) => String(index + 1));

interface SpanProps {
  form: UseFormReturnType<Values>;
  index: number;
  span: Span;
}

function SpanFields({ form, index, span }: SpanProps) {
  const path = `spans.${index}`;
  const set = (field: 'weekdays' | 'days' | 'months', values: readonly string[]) =>
    form.setFieldValue(`${path}.${field}`, values.map(Number));
  return (
    <Fieldset legend={inWords(span)} p="sm">
      <Group align="flex-end" gap="xs">
        <TextInput type="time" label={t.intervals.start} w={120} {...form.getInputProps(`${path}.start`)} />
        <TextInput type="time" label={t.intervals.end} w={120} {...form.getInputProps(`${path}.end`)} />
        <ActionIcon
          variant="subtle"
          color="red"
          size="lg"
          ml="auto"
          aria-label={t.intervals.removeSpan(inWords(span))}
          disabled={form.values.spans.length === 1}
          onClick={() => form.removeListItem('spans', index)}
        >
          <IconTrash size={18} aria-hidden />
        </ActionIcon>
      </Group>
      {form.errors[path] && (
        <Text size="xs" c="red" mt={4}>
          {form.errors[path]}
        </Text>
      )}
      <Chip.Group multiple value={span.weekdays.map(String)} onChange={values => set('weekdays', values)}>
        <Group gap={4} mt="sm" role="group" aria-label={t.intervals.weekdaysLabel}>
          {WEEKDAYS.map(day => (
            <Chip key={day} value={String(day)} size="xs" radius="sm">
              {weekday(day)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      <Group grow mt="sm" align="flex-start">
        <MultiSelect
          label={t.intervals.daysLabel}
          placeholder={span.days.length === 0 ? common.table.any : ''}
          data={DAYS}
          value={span.days.map(String)}
          onChange={values => set('days', values)}
        />
        <MultiSelect
          label={t.intervals.monthsLabel}
          placeholder={span.months.length === 0 ? common.table.any : ''}
          data={MONTHS}
          value={span.months.map(String)}
          onChange={values => set('months', values)}
        />
      </Group>
    </Fieldset>
  );
}
