import { TextInput } from '@mantine/core';
import { KindForm } from '@/admin/desk/KindForm';
import { type KindFormProps, KindPage } from '@/admin/desk/KindPage';
import type { View } from '@/api/configuration';
import type { Column } from '@/components/table/columns';
import { t } from '@/texts/admin';

const COLUMNS: readonly Column<View<'pauses'>>[] = [
  { id: 'name', header: t.field.name, value: row => row.name, filter: 'text' },
  { id: 'id', header: t.field.id, value: row => row.id, filter: 'text', hidden: true },
];

export default function PausesPage() {
  return (
    <KindPage
      kind="pauses"
      title={t.pauses.title}
      description={t.pauses.description}
      one={t.pauses.one}
      columns={COLUMNS}
      name={row => row.name}
      Form={PauseForm}
    />
  );
}

function PauseForm(props: KindFormProps<'pauses'>) {
  return (
    <KindForm kind="pauses" initialValues={{ name: props.value?.name ?? '' }} {...props}>
      {form => <TextInput label={t.field.name} required data-autofocus {...form.getInputProps('name')} />}
    </KindForm>
  );
}
