import { ActionIcon, Code, Group, ScrollArea, Stack, Table, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconCheck, IconSearch, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type ChangeEvent, type ReactNode, type UIEvent, useId, useRef, useState } from 'react';
import classes from '@/admin/accounts/routing/Condition.module.css';
import { useNames } from '@/admin/desk/named';
import { useVocabulary } from '@/admin/desk/TextWithVariables';
import { api, unwrap } from '@/api/client';
import { keys } from '@/api/queries';
import { t } from '@/texts/admin';
import { t as common } from '@/texts/common';

const CHECK_MS = 250;

export interface Fault {
  rule: string;
  position: number | null;
}

/** What is wrong with a condition; null when nothing is, undefined while that is not known. */
function useFault(condition: string): Fault | null | undefined {
  const [settled] = useDebouncedValue(condition, CHECK_MS);
  const { data } = useQuery({
    queryKey: keys.configuration('condition', settled),
    queryFn: () => unwrap(api.POST('/api/conditions/check', { body: { condition: settled } })),
    enabled: settled !== '',
  });
  return settled === condition ? data?.fault : undefined;
}

interface Props {
  value: string;
  onChange: (value: string) => void;
  /** What the API said when the account was to be saved. */
  fault?: Fault | undefined;
}

/** A condition in CEL: checked while it is written, its fault marked where it stands, what it may name beside it. */
export function ConditionEditor({ value, onChange, fault: told }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const checked = useFault(value);
  const fault = checked ?? (checked === undefined ? told : undefined);

  function insert(text: string) {
    const input = field.current;
    if (!input) return;
    input.focus();
    input.setRangeText(text, input.selectionStart, input.selectionEnd, 'end');
    onChange(input.value);
  }

  return (
    <Stack gap="xs">
      <div>
        <Text component="label" htmlFor={id} size="sm" fw={500}>
          {t.routing.condition}
        </Text>
        <Marked value={value} position={fault?.position ?? null}>
          <textarea
            ref={field}
            id={id}
            className={classes.input}
            rows={Math.max(2, value.split('\n').length)}
            spellCheck={false}
            autoCapitalize="off"
            autoCorrect="off"
            value={value}
            placeholder={t.routing.conditionPlaceholder}
            aria-invalid={Boolean(fault)}
            aria-describedby={`${id}-state`}
            onChange={(event: ChangeEvent<HTMLTextAreaElement>) => onChange(event.currentTarget.value)}
          />
        </Marked>
        <div id={`${id}-state`} role="status">
          <State fault={fault} sound={value !== '' && checked === null} />
        </div>
      </div>
      <Vocabulary onChoose={insert} />
    </Stack>
  );
}

function State({ fault, sound }: { fault: Fault | undefined; sound: boolean }) {
  if (fault) {
    return (
      <Group gap={4} c="red" wrap="nowrap">
        <IconX size={14} aria-hidden />
        <Text size="xs">
          {fault.rule}
          {fault.position ? common.problem.position(fault.position) : ''}
        </Text>
      </Group>
    );
  }
  return sound ? (
    <Group gap={4} c="teal">
      <IconCheck size={14} aria-hidden />
      <Text size="xs">{t.routing.sound}</Text>
    </Group>
  ) : null;
}

const WORD = /^[A-Za-z0-9_.]+|^./;

interface MarkedProps {
  value: string;
  position: number | null;
  children: ReactNode;
}

/** Draws a wave under the word at a position, behind a field that has the same letters in the same places. */
function Marked({ value, position, children }: MarkedProps) {
  const behind = useRef<HTMLDivElement>(null);
  const at = position === null ? value.length : Math.min(position - 1, value.length);
  const word = value.slice(at).match(WORD)?.[0] ?? '';
  const follow = (event: UIEvent<HTMLDivElement>) => {
    if (behind.current && event.target instanceof HTMLElement) behind.current.scrollTop = event.target.scrollTop;
  };
  return (
    <div className={classes.field} onScrollCapture={follow}>
      <div ref={behind} className={classes.behind} aria-hidden>
        {value.slice(0, at)}
        {position !== null && <mark className={classes.fault}>{word || ' '}</mark>}
        {value.slice(at + word.length)}
      </div>
      {children}
    </div>
  );
}

/** What a condition may name; choosing one puts it in where the cursor stands. */
function Vocabulary({ onChoose }: { onChoose: (text: string) => void }) {
  const { data } = useVocabulary();
  const intervals = useNames('intervals');
  const [search, setSearch] = useState('');
  const wanted = search.trim().toLowerCase();
  const asked = intervals.choices.map(one => ({ name: `interval(${JSON.stringify(one.label)})`, example: 'true' }));
  const found = [...(data?.variables ?? []), ...asked].filter(one => one.name.toLowerCase().includes(wanted));
  return (
    <details>
      <Text component="summary" size="sm" style={{ cursor: 'pointer' }}>
        {t.routing.vocabulary}
      </Text>
      <Stack gap="xs" mt="xs">
        <TextInput
          size="xs"
          type="search"
          aria-label={t.routing.searchVariables}
          placeholder={t.routing.searchVariables}
          leftSection={<IconSearch size={14} aria-hidden />}
          rightSection={
            search && (
              <ActionIcon
                variant="subtle"
                color="gray"
                size="sm"
                aria-label={common.table.clearSearch}
                onClick={() => setSearch('')}
              >
                <IconX size={14} aria-hidden />
              </ActionIcon>
            )
          }
          value={search}
          onChange={event => setSearch(event.currentTarget.value)}
        />
        <ScrollArea.Autosize mah={220} type="auto">
          <Table verticalSpacing={2} layout="fixed" aria-label={t.routing.vocabulary}>
            <Table.Tbody>
              {found.map(one => (
                <Table.Tr key={one.name}>
                  <Table.Td>
                    <UnstyledButton className={classes.variable} onClick={() => onChoose(one.name)}>
                      {one.name}
                    </UnstyledButton>
                  </Table.Td>
                  <Table.Td>
                    <Text size="xs" c="dimmed" ff="monospace" truncate>
                      {one.example}
                    </Text>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollArea.Autosize>
        <Group gap={4}>
          <Text size="xs" c="dimmed">
            {t.routing.functions}
          </Text>
          {[...(data?.functions ?? []), ...(data?.methods ?? []).map(one => `.${one}`)].map(one => (
            <Code key={one}>{one}()</Code>
          ))}
        </Group>
      </Stack>
    </details>
  );
}
