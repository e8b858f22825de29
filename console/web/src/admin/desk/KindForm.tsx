import type { ReactNode } from 'react';
import type { KindFormProps } from '@/admin/desk/KindPage';
import { create, type Input, type Kind, patch, type View } from '@/api/configuration';
import { type ResourceForm, ResourceFormFrame, useResourceForm } from '@/components/useResourceForm';
import { t as common } from '@/texts/common';

interface Props<K extends Kind, Values extends object> extends KindFormProps<K> {
  kind: K;
  initialValues: Values;
  /** What is sent, where that is not the values as they are. */
  toInput?: (values: Values) => Partial<Input<K>>;
  children: (form: ResourceForm<Values>['form']) => ReactNode;
}

/** The form of one of a kind: creates what is new, changes what is there. */
export function KindForm<K extends Kind, Values extends object>({
  kind,
  value,
  initialValues,
  toInput,
  onSaved,
  onCancel,
  children,
}: Props<K, Values>) {
  const of = useResourceForm<Values, View<K>>({
    initialValues,
    save: values => {
      const input = toInput ? toInput(values) : (values as Partial<Input<K>>);
      const id = value && 'id' in value ? String(value.id) : undefined;
      return id === undefined ? create(kind, input as Input<K>) : patch(kind, id, input);
    },
    onSaved,
  });
  return (
    <ResourceFormFrame
      of={of}
      onCancel={onCancel}
      submitLabel={value ? common.action.save : common.action.create}
      shown={field => Object.hasOwn(initialValues, field)}
    >
      {children(of.form)}
    </ResourceFormFrame>
  );
}
