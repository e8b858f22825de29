import { Button, Group, PasswordInput, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { CredentialField } from '@/admin/accounts/providers';
import { t } from '@/texts/admin';

interface Props {
  fields: readonly CredentialField[];
  values: Readonly<Record<string, string>>;
  onChange: (name: string, value: string) => void;
  errors: Readonly<Record<string, ReactNode>>;
  /** Secrets that are stored, and those among them that are to be taken away. */
  stored?: readonly string[];
  removed?: readonly string[];
  onRemove?: (name: string, removed: boolean) => void;
}

/** The credentials of a type of account, as its provider asks for them. A stored secret is never shown. */
export function CredentialFields({ fields, stored = [], removed = [], ...rest }: Props) {
  return fields.map(field => (
    <Field
      key={field.name}
      field={field}
      stored={stored.includes(field.name)}
      removed={removed.includes(field.name)}
      {...rest}
    />
  ));
}

interface FieldProps extends Pick<Props, 'values' | 'onChange' | 'errors' | 'onRemove'> {
  field: CredentialField;
  stored: boolean;
  removed: boolean;
}

function Field({ field, values, onChange, errors, onRemove, stored, removed }: FieldProps) {
  const { name, label, rule, required, secret, made_up: madeUp } = field;
  const common = {
    label,
    description: t.credentials.rule(rule),
    required: required && !stored && !madeUp,
    value: values[name] ?? '',
    error: errors[`credentials.${name}`],
    onChange: (event: { currentTarget: { value: string } }) => onChange(name, event.currentTarget.value),
    flex: 1,
  };
  if (!secret) return <TextInput {...common} autoComplete="off" />;
  const kept = removed ? t.credentials.removed : t.credentials.stored;
  const change = removed ? t.credentials.keep : t.credentials.remove;
  const placeholder = madeUp ? t.credentials.madeUp : '';
  return (
    <Group align="flex-end" gap="xs" wrap="nowrap">
      <PasswordInput {...common} autoComplete="new-password" placeholder={stored ? kept : placeholder} />
      {stored && !required && !madeUp && onRemove && (
        <Button variant="default" aria-label={`${change}: ${label}`} onClick={() => onRemove(name, !removed)}>
          {change}
        </Button>
      )}
    </Group>
  );
}
