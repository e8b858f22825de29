import { Select, TextInput } from '@mantine/core';
import { accountOf, type Desk, type Interaction, useDesk } from '@/agent/desk/queries';
import { t } from '@/texts/agent';

const BETWEEN = ' > ';

/** The dispositions that may be given to an interaction: everywhere, or to its account, its list, or its queue. */
function dispositionsOf(desk: Desk | undefined, interaction: Interaction): string[][] {
  const places: Record<string, string | null | undefined> = {
    global: null,
    account: interaction.account_id,
    list: accountOf(desk, interaction.account_id)?.list_id,
    queue: interaction.queue_id,
  };
  return (desk?.dispositions ?? []).filter(one => one.scope_id === places[one.scope]).map(one => one.levels);
}

interface Props {
  interaction: Interaction;
  value: string[] | null;
  onChange: (value: string[] | null) => void;
  required: boolean;
  error?: string;
}

/** How an interaction ended: one of those that are configured; where there are none, in words of one's own. */
export function DispositionField({ interaction, value, onChange, required, error }: Props) {
  const { data: desk } = useDesk();
  const known = dispositionsOf(desk, interaction);
  const joined = value?.join(BETWEEN) ?? '';
  if (known.length === 0) {
    return (
      <TextInput
        label={t.close.free}
        description={t.close.freeHint}
        required={required}
        error={error}
        data-autofocus
        defaultValue={joined}
        onChange={event => {
          const levels = event.currentTarget.value.split('>').map(one => one.trim());
          onChange(levels.some(Boolean) ? levels.filter(Boolean) : null);
        }}
      />
    );
  }
  return (
    <Select
      label={t.close.disposition}
      placeholder={required ? undefined : t.close.none}
      searchable
      clearable={!required}
      required={required}
      error={error}
      data-autofocus
      nothingFoundMessage={t.list.noMatch}
      data={[...new Set(known.map(one => one.join(BETWEEN)))]}
      value={joined || null}
      onChange={chosen => onChange(chosen ? chosen.split(BETWEEN) : null)}
    />
  );
}
