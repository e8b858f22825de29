import { Button, Group, SegmentedControl, Select, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useNames } from '@/admin/desk/named';
import { addRules, type Rule, rulesChanged } from '@/admin/whitelists/rules';
import { problemOf } from '@/api/problems';
import { notifyDone } from '@/components/notify';
import { sentenceOf } from '@/components/ProblemAlert';
import { t } from '@/texts/admin';
import { t as common } from '@/texts/common';

const KINDS = (['number', 'prefix', 'list'] as const).map(value => ({ value, label: t.rules.kinds[value] }));
type RuleKind = (typeof KINDS)[number]['value'];

function ruleOf(kind: RuleKind, value: string): Rule {
  if (kind === 'prefix') return { kind, prefix: value };
  return kind === 'list' ? { kind, list_id: value } : { kind, number: value };
}

/** Adds rules one by one, without leaving the field. */
export function RuleForm({ whitelist }: { whitelist: string }) {
  const lists = useNames('lists');
  const [kind, setKind] = useState<RuleKind>('number');
  const [value, setValue] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');

  async function add(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError('');
    try {
      const { added } = await addRules(whitelist, [ruleOf(kind, value.trim())]);
      notifyDone(added > 0 ? t.rules.added : t.rules.known);
      setValue('');
      await rulesChanged();
    } catch (problem) {
      setError(problemOf(problem).document.errors[0]?.rule ?? sentenceOf(problem));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form onSubmit={event => void add(event)}>
      <Group align="flex-start" gap="xs">
        <Stack gap={0}>
          <SegmentedControl
            aria-label={t.rules.kind}
            data={KINDS}
            value={kind}
            onChange={next => {
              setKind(next as RuleKind);
              setValue('');
              setError('');
            }}
          />
        </Stack>
        {kind === 'list' ? (
          <Select
            aria-label={t.rules.kinds.list}
            placeholder={t.rules.placeholders.list}
            data={lists.choices}
            searchable
            w={260}
            value={value || null}
            error={error}
            onChange={next => setValue(next ?? '')}
          />
        ) : (
          <TextInput
            aria-label={t.rules.kinds[kind]}
            placeholder={t.rules.placeholders[kind]}
            w={260}
            value={value}
            error={error}
            onChange={event => setValue(event.currentTarget.value)}
          />
        )}
        <Button type="submit" loading={busy} disabled={value.trim() === ''}>
          {common.action.add}
        </Button>
      </Group>
    </form>
  );
}
