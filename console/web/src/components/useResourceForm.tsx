import { Button, Group, Stack } from '@mantine/core';
import { type FormValidateInput, type UseFormReturnType, useForm } from '@mantine/form';
import { type FormEvent, type ReactNode, useState } from 'react';
import { fieldErrors, problemOf } from '@/api/problems';
import { notifyDone } from '@/components/notify';
import { ProblemAlert } from '@/components/ProblemAlert';
import { t } from '@/texts/common';

interface Options<Values extends object, Saved> {
  initialValues: Values;
  /** Sends the values; throws what `unwrap` throws. */
  save: (values: Values) => Promise<Saved>;
  onSaved: (saved: Saved) => void;
  /** What can be said before asking the API; most rules are better left to it. */
  validate?: FormValidateInput<Values>;
}

export interface ResourceForm<Values extends object> {
  form: UseFormReturnType<Values>;
  /** Why it was not saved last time; null when it was, or not tried. */
  problem: unknown;
  saving: boolean;
  submit: (event?: FormEvent<HTMLFormElement>) => void;
}

/**
 * A form over one thing of the API: what breaks a rule is shown at its field (`form.getInputProps(path)`), the rest in
 * the alert of `ResourceFormFrame`.
 */
export function useResourceForm<Values extends object, Saved>({
  initialValues,
  save,
  onSaved,
  validate,
}: Options<Values, Saved>): ResourceForm<Values> {
  const form = useForm<Values>({ initialValues, validate });
  const [problem, setProblem] = useState<unknown>(null);
  const [saving, setSaving] = useState(false);

  async function send(values: Values) {
    setSaving(true);
    setProblem(null);
    form.clearErrors();
    try {
      const saved = await save(values);
      form.resetDirty();
      notifyDone(t.saved);
      onSaved(saved);
    } catch (error) {
      setProblem(error);
      form.setErrors(fieldErrors(problemOf(error)));
    } finally {
      setSaving(false);
    }
  }

  return { form, problem, saving, submit: form.onSubmit(values => void send(values)) };
}

interface FrameProps<Values extends object> {
  of: ResourceForm<Values>;
  children: ReactNode;
  submitLabel?: string;
  onCancel?: () => void;
  /** Fields (as the API names them) that have an input of their own, which shows their faults. */
  shown?: (field: string) => boolean;
}

/** The form around the inputs: faults on top, the buttons at the end. */
export function ResourceFormFrame<Values extends object>({
  of,
  children,
  submitLabel = t.action.save,
  onCancel,
  shown,
}: FrameProps<Values>) {
  return (
    <form onSubmit={of.submit} noValidate>
      <Stack gap="sm">
        <ProblemAlert error={of.problem} shown={shown} />
        {children}
        <Group justify="flex-end" gap="xs" mt="xs">
          {onCancel && (
            <Button variant="default" onClick={onCancel}>
              {t.action.cancel}
            </Button>
          )}
          <Button type="submit" loading={of.saving}>
            {submitLabel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
