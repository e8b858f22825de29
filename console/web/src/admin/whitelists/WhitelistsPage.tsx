import { Badge, Group, TextInput } from '@mantine/core';
import { IconListDetails } from '@tabler/icons-react';
import { useNavigate } from 'react-router';
import { KindForm } from '@/admin/desk/KindForm';
import { type KindFormProps, KindPage } from '@/admin/desk/KindPage';
import { useAll, type View } from '@/api/configuration';
import type { Column } from '@/components/table/columns';
import { t } from '@/texts/admin';

type Whitelist = View<'whitelists'>;

export default function WhitelistsPage() {
  const navigate = useNavigate();
  const accounts = useAll('accounts').data ?? [];
  const rules = (row: Whitelist) => void navigate(`/whitelists/${encodeURIComponent(row.id)}`);
  const users = (row: Whitelist) => accounts.filter(one => one.whitelists.includes(row.id)).map(one => one.name);
  const columns: Column<Whitelist>[] = [
    { id: 'name', header: t.field.name, value: row => row.name, filter: 'text' },
    { id: 'accounts', header: t.field.accounts, value: row => users(row).join(', '), filter: 'text' },
    {
      id: 'warnings',
      header: t.whitelists.warnings,
      value: row => row.warnings.join('; '),
      cell: row =>
        row.warnings.length > 0 && (
          <Group gap={4}>
            <Badge color="orange" variant="light" tt="none" title={row.warnings.join('\n')}>
              {t.whitelists.admitsNobody}
            </Badge>
          </Group>
        ),
    },
    { id: 'id', header: t.field.id, value: row => row.id, filter: 'text', hidden: true },
  ];
  return (
    <KindPage
      kind="whitelists"
      title={t.whitelists.title}
      description={t.whitelists.description}
      one={t.whitelists.one}
      columns={columns}
      name={row => row.name}
      Form={WhitelistForm}
      onOpen={rules}
      more={[{ label: t.rules.title, icon: <IconListDetails size={16} aria-hidden />, onClick: rules }]}
      consequence={t.whitelists.consequence}
    />
  );
}

function WhitelistForm(props: KindFormProps<'whitelists'>) {
  return (
    <KindForm kind="whitelists" initialValues={{ name: props.value?.name ?? '' }} {...props}>
      {form => <TextInput label={t.field.name} required data-autofocus {...form.getInputProps('name')} />}
    </KindForm>
  );
}
