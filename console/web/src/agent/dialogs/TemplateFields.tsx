import { Paper, Select, Stack, Text, TextInput } from '@mantine/core';
import { FormattedText } from '@/agent/conversation/FormattedText';
import { filledIn, keyOf, useTemplates } from '@/agent/conversation/templates';
import type { MessageInput, Template } from '@/agent/desk/queries';
import { ProblemAlert } from '@/components/ProblemAlert';
import { t } from '@/texts/agent';

export interface Chosen {
  template: Template;
  values: Readonly<Record<string, string>>;
}

type TemplateContent = Extract<MessageInput['content'], { kind: 'template' }>;

/** The message that a choice makes; null while something is missing. */
export function templateMessage(chosen: Chosen | null): TemplateContent | null {
  if (!chosen || chosen.template.parameters.some(name => !chosen.values[name]?.trim())) return null;
  const { name, language, template_id } = chosen.template;
  return { kind: 'template', name, language, template_id, body: { ...chosen.values } };
}

interface Props {
  account: string;
  /** The template that is chosen at first, by its name, if there is one. */
  preferred: string;
  chosen: Chosen | null;
  onChosen: (chosen: Chosen | null) => void;
}

/** Chooses one of an account's approved templates, and the values of its parameters, with what will be read. */
export function TemplateFields({ account, preferred, chosen, onChosen }: Props) {
  const { data, error } = useTemplates(account);
  const approved = data?.items.filter(one => one.status === 'approved') ?? [];
  const choose = (key: string | null) => {
    const template = approved.find(one => keyOf(one) === key);
    onChosen(template ? { template, values: {} } : null);
  };
  return (
    <Stack gap="sm">
      <ProblemAlert error={error} />
      <Select
        label={t.template.choose}
        placeholder={data && approved.length === 0 ? t.template.none : t.template.search}
        searchable
        required
        data-autofocus
        data={approved.map(one => ({
          value: keyOf(one),
          label: `${one.name === preferred ? '★ ' : ''}${one.name} · ${one.language}`,
        }))}
        value={chosen ? keyOf(chosen.template) : null}
        onChange={choose}
        nothingFoundMessage={t.list.noMatch}
      />
      {chosen?.template.parameters.map(name => (
        <TextInput
          key={name}
          label={t.template.parameter(name)}
          required
          value={chosen.values[name] ?? ''}
          onChange={event => onChosen({ ...chosen, values: { ...chosen.values, [name]: event.currentTarget.value } })}
        />
      ))}
      {chosen && <Preview chosen={chosen} />}
    </Stack>
  );
}

function Preview({ chosen: { template, values } }: { chosen: Chosen }) {
  return (
    <Paper withBorder p="sm" aria-label={t.template.preview}>
      {template.header && <Text fw={600}>{filledIn(template.header, values)}</Text>}
      <FormattedText text={filledIn(template.body, values)} />
      {template.footer && (
        <Text size="xs" c="dimmed">
          {template.footer}
        </Text>
      )}
    </Paper>
  );
}
