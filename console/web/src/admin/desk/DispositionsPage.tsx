import { Select, TextInput } from '@mantine/core';
import { SCOPES, useScopes } from '@/admin/desk/dispositions';
import { KindForm } from '@/admin/desk/KindForm';
import { type KindFormProps, KindPage } from '@/admin/desk/KindPage';
import type { View } from '@/api/configuration';
import type { Column } from '@/components/table/columns';
import { t } from '@/texts/admin';

type Disposition = View<'dispositions'>;
const LEVELS = [0, 1, 2] as const;

export default function DispositionsPage() {
  const scopes = useScopes();
  const columns: Column<Disposition>[] = [
    { id: 'path', header: t.dispositions.path, value: row => row.levels.join(' › '), filter: 'text' },
    { id: 'scope', header: t.dispositions.scope, value: row => t.dispositions.scopes[row.scope], filter: SCOPES },
    { id: 'where', header: t.dispositions.where, value: row => scopes.nameOf(row.scope, row.scope_id), filter: 'text' },
    { id: 'id', header: t.field.id, value: row => row.id, filter: 'text', hidden: true },
  ];
  return (
    <KindPage
      kind="dispositions"
      title={t.dispositions.title}
      description={t.dispositions.description}
      one={t.dispositions.one}
      columns={columns}
      name={row => row.levels.join(' › ')}
      Form={DispositionForm}
    />
  );
}

function DispositionForm(props: KindFormProps<'dispositions'>) {
  const scopes = useScopes();
  const { value } = props;
  return (
    <KindForm
      kind="dispositions"
      initialValues={{
        levels: LEVELS.map(level => value?.levels[level] ?? ''),
        scope: value?.scope ?? ('global' as Disposition['scope']),
        scope_id: value?.scope_id ?? null,
      }}
      toInput={values => ({ ...values, levels: values.levels.filter(level => level.trim() !== '') })}
      {...props}
    >
      {form => (
        <>
          {LEVELS.map(level => (
            <TextInput
              key={level}
              label={t.dispositions.level(level + 1)}
              required={level === 0}
              data-autofocus={level === 0 || undefined}
              disabled={level > 0 && form.values.levels[level - 1]?.trim() === ''}
              {...form.getInputProps(`levels.${level}`)}
            />
          ))}
          <Select
            label={t.dispositions.scope}
            data={SCOPES}
            allowDeselect={false}
            {...form.getInputProps('scope')}
            onChange={scope => form.setValues({ scope: scope as Disposition['scope'], scope_id: null })}
          />
          {form.values.scope !== 'global' && (
            <Select
              label={t.dispositions.scopes[form.values.scope]}
              required
              searchable
              data={scopes.choices(form.values.scope)}
              {...form.getInputProps('scope_id')}
            />
          )}
        </>
      )}
    </KindForm>
  );
}
