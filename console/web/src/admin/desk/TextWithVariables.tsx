import { Group, Stack, Text, Textarea, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ChangeEvent, type ReactNode, useId, useRef } from 'react';
import classes from '@/admin/desk/TextWithVariables.module.css';
import { api, unwrap } from '@/api/client';
import { keys } from '@/api/queries';
import { t } from '@/texts/admin';

/** What conditions and texts may name, as the API knows it. */
export function useVocabulary() {
  return useQuery({
    queryKey: keys.configuration('vocabulary'),
    queryFn: () => unwrap(api.GET('/api/conditions/vocabulary')),
  });
}

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  error?: ReactNode;
  description?: ReactNode;
  required?: boolean;
  minRows?: number;
  autoFocus?: boolean;
}

/** A text that may hold variables in braces; they are put in where the cursor stands. */
export function TextWithVariables({ value, onChange, minRows = 3, autoFocus, ...rest }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const label = useId();
  const { data } = useVocabulary();
  const names = [...(data?.text_variables ?? []), ...(data?.attributes ?? []).map(one => `${one}NAME`)];

  function insert(name: string) {
    const input = field.current;
    if (!input) return;
    input.focus();
    input.setRangeText(`{${name}}`, input.selectionStart, input.selectionEnd, 'end');
    onChange(input.value);
  }

  return (
    <Stack gap={4}>
      <Textarea
        ref={field}
        autosize
        minRows={minRows}
        maxRows={14}
        value={value}
        data-autofocus={autoFocus}
        onChange={(event: ChangeEvent<HTMLTextAreaElement>) => onChange(event.currentTarget.value)}
        {...rest}
      />
      <Group gap={4} role="group" aria-labelledby={label}>
        <Text id={label} size="xs" c="dimmed" mr={4}>
          {t.variables.insert}
        </Text>
        {names.map(name => (
          <UnstyledButton key={name} className={classes.variable} onClick={() => insert(name)}>
            {name}
          </UnstyledButton>
        ))}
      </Group>
    </Stack>
  );
}
