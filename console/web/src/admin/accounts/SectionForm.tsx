import { Button, Group, Stack, Text, Title } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import classes from '@/admin/accounts/Account.module.css';
import { useLeaving } from '@/admin/accounts/useLeaving';
import { type Input, patch, type View } from '@/api/configuration';
import { showWarnings } from '@/components/confirmDelete';
import { ProblemAlert } from '@/components/ProblemAlert';
import { useResourceForm } from '@/components/useResourceForm';
import { t } from '@/texts/admin';
import { t as common } from '@/texts/common';

export type Account = View<'accounts'>;

export interface SectionProps {
  account: Account;
}

interface Props<Values extends object> extends SectionProps {
  title: string;
  description?: ReactNode;
  valuesOf: (account: Account) => Values;
  toInput: (values: Values, account: Account) => Partial<Input<'accounts'>>;
  /** Faults of these fields are shown where they stand. */
  shown?: (field: string) => boolean;
  wide?: boolean;
  onSaved?: (saved: Account) => void;
  children: (form: UseFormReturnType<Values>, account: Account) => ReactNode;
}

/**
 * A section of an account's settings. It is saved by itself, and only over the revision that it was made from: while it
 * has changes it keeps that, without any it follows what others save.
 */
export function SectionForm<Values extends object>({ account, valuesOf, toInput, children, ...props }: Props<Values>) {
  const [base, setBase] = useState(account);
  const of = useResourceForm<Values, Account>({
    initialValues: valuesOf(account),
    save: values => patch('accounts', account.id, { ...toInput(values, base), revision: base.revision }),
    onSaved: saved => {
      setBase(saved);
      if (saved.warnings.length > 0) showWarnings(saved.warnings);
      props.onSaved?.(saved);
    },
  });
  const { form } = of;
  const dirty = form.isDirty();
  useLeaving(dirty);

  const shown = useRef(base);
  if (!dirty && account.revision > base.revision) setBase(account);
  useEffect(() => {
    if (shown.current === base) return;
    shown.current = base;
    const values = valuesOf(base);
    form.setInitialValues(values);
    form.setValues(values);
  }, [base, form, valuesOf]);

  const back = () => {
    setBase(account);
    form.setInitialValues(valuesOf(account));
    form.setValues(valuesOf(account));
    form.clearErrors();
  };

  return (
    <form onSubmit={of.submit} noValidate className={classes.section} data-wide={props.wide}>
      <div>
        <Title order={2}>{props.title}</Title>
        {props.description && (
          <Text size="sm" c="dimmed" component="div">
            {props.description}
          </Text>
        )}
      </div>
      <ProblemAlert error={of.problem} shown={props.shown ?? (field => Object.hasOwn(form.values, field))} />
      <Stack gap="sm">{children(form, base)}</Stack>
      <Group className={classes.bar} data-dirty={dirty} justify="flex-end" gap="xs">
        {dirty && (
          <Text size="sm" c="dimmed" mr="auto">
            {t.leaving.unsaved}
          </Text>
        )}
        {dirty && (
          <Button variant="default" onClick={back}>
            {t.leaving.discard}
          </Button>
        )}
        <Button type="submit" loading={of.saving} disabled={!dirty}>
          {common.action.save}
        </Button>
      </Group>
    </form>
  );
}
