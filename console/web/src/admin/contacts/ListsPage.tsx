import { TextInput } from '@mantine/core';
import { IconDownload, IconUsers } from '@tabler/icons-react';
import { useNavigate } from 'react-router';
import { exportList } from '@/admin/contacts/contacts';
import { KindForm } from '@/admin/desk/KindForm';
import { type KindFormProps, KindPage } from '@/admin/desk/KindPage';
import type { View } from '@/api/configuration';
import type { Column } from '@/components/table/columns';
import { t } from '@/texts/admin';

const COLUMNS: readonly Column<View<'lists'>>[] = [
  { id: 'name', header: t.field.name, value: row => row.name, filter: 'text' },
  { id: 'id', header: t.field.id, value: row => row.id, filter: 'text' },
];

export default function ListsPage() {
  const navigate = useNavigate();
  const contacts = (row: View<'lists'>) => void navigate(`/lists/${encodeURIComponent(row.id)}`);
  return (
    <KindPage
      kind="lists"
      title={t.lists.title}
      description={t.lists.description}
      one={t.lists.one}
      columns={COLUMNS}
      name={row => row.name}
      Form={ListForm}
      onOpen={contacts}
      consequence={t.lists.consequence}
      more={[
        { label: t.contacts.title, icon: <IconUsers size={16} aria-hidden />, onClick: contacts },
        {
          label: t.contacts.export,
          icon: <IconDownload size={16} aria-hidden />,
          onClick: row => exportList(row.id),
        },
      ]}
    />
  );
}

function ListForm(props: KindFormProps<'lists'>) {
  return (
    <KindForm kind="lists" initialValues={{ name: props.value?.name ?? '' }} {...props}>
      {form => <TextInput label={t.field.name} required data-autofocus {...form.getInputProps('name')} />}
    </KindForm>
  );
}
