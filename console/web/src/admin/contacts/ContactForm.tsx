import { TagsInput, TextInput } from '@mantine/core';
import { AttributeFields, type AttributeRow } from '@/admin/contacts/AttributeFields';
import { attributeText, attributeValue, type Contact, contactsChanged } from '@/admin/contacts/contacts';
import { api, unwrap } from '@/api/client';
import { CopyField } from '@/components/CopyField';
import { ResourceFormFrame, useResourceForm } from '@/components/useResourceForm';
import { t } from '@/texts/admin';
import { t as common } from '@/texts/common';

interface Props {
  list: string;
  value: Contact | undefined;
  onDone: () => void;
}

interface Values {
  key: string;
  number: string;
  name: string;
  tags: string[];
  attributes: AttributeRow[];
}

const valuesOf = (value: Contact | undefined): Values => ({
  key: '',
  number: '',
  name: value?.name ?? '',
  tags: value?.tags ?? [],
  attributes: Object.entries(value?.attributes ?? {}).map(([name, one]) => ({ name, value: attributeText(one) })),
});

const attributesOf = (rows: readonly AttributeRow[]) =>
  Object.fromEntries(rows.filter(row => row.name).map(row => [row.name, attributeValue(row.value)]));

function save(list: string, value: Contact | undefined, values: Values): Promise<Contact> {
  const { name, tags, number, key } = values;
  const attributes = attributesOf(values.attributes);
  if (value) {
    const gone = Object.keys(value.attributes).filter(one => !(one in attributes));
    const body = { name, tags, attributes: { ...attributes, ...Object.fromEntries(gone.map(one => [one, null])) } };
    return unwrap(api.PATCH('/api/contacts/{id}', { params: { path: { id: value.id } }, body }));
  }
  const body = { list_id: list, name, tags, attributes, key, ...(number ? { number } : {}) };
  return unwrap(api.POST('/api/contacts', { body }));
}

export function ContactForm({ list, value, onDone }: Props) {
  const of = useResourceForm({
    initialValues: valuesOf(value),
    save: values => save(list, value, values),
    onSaved: () => {
      void contactsChanged();
      onDone();
    },
  });
  const { form } = of;
  return (
    <ResourceFormFrame
      of={of}
      onCancel={onDone}
      submitLabel={value ? common.action.save : common.action.create}
      shown={field => field in form.values && field !== 'attributes'}
    >
      {value ? (
        <CopyField label={t.contacts.key} value={value.key} />
      ) : (
        <>
          <TextInput
            label={t.contacts.number}
            placeholder="+39 333 111 2223"
            data-autofocus
            {...form.getInputProps('number')}
          />
          <TextInput label={t.contacts.key} description={t.contacts.keyHint} {...form.getInputProps('key')} />
        </>
      )}
      <TextInput label={t.field.name} data-autofocus={value ? true : undefined} {...form.getInputProps('name')} />
      <TagsInput label={t.contacts.tags} clearable {...form.getInputProps('tags')} />
      <AttributeFields
        rows={form.values.attributes}
        onChange={attributes => form.setFieldValue('attributes', attributes)}
      />
    </ResourceFormFrame>
  );
}
