import { TextInput } from '@mantine/core';
import { KindForm } from '@/admin/desk/KindForm';
import { type KindFormProps, KindPage } from '@/admin/desk/KindPage';
import { TextWithVariables } from '@/admin/desk/TextWithVariables';
import type { View } from '@/api/configuration';
import type { Column } from '@/components/table/columns';
import { t } from '@/texts/admin';

const COLUMNS: readonly Column<View<'canned-answers'>>[] = [
  { id: 'key', header: t.canned.key, value: row => row.key, filter: 'text', width: '200px' },
  { id: 'text', header: t.canned.text, value: row => row.text, filter: 'text' },
  { id: 'id', header: t.field.id, value: row => row.id, filter: 'text', hidden: true },
];

export default function CannedAnswersPage() {
  return (
    <KindPage
      kind="canned-answers"
      title={t.canned.title}
      description={t.canned.description}
      one={t.canned.one}
      columns={COLUMNS}
      name={row => row.key}
      Form={CannedAnswerForm}
      formSize="lg"
    />
  );
}

function CannedAnswerForm(props: KindFormProps<'canned-answers'>) {
  const { value } = props;
  return (
    <KindForm kind="canned-answers" initialValues={{ key: value?.key ?? '', text: value?.text ?? '' }} {...props}>
      {form => (
        <>
          <TextInput
            label={t.canned.key}
            description={t.canned.keyHint}
            required
            data-autofocus
            {...form.getInputProps('key')}
          />
          <TextWithVariables
            label={t.canned.text}
            required
            minRows={6}
            value={form.values.text}
            error={form.errors.text}
            onChange={text => form.setFieldValue('text', text)}
          />
        </>
      )}
    </KindForm>
  );
}
