import { Paper, Select, Stack, Text, TextInput } from '@mantine/core';
import type { Dispatch, SetStateAction } from 'react';
import { FormattedText } from '@/agent/conversation/FormattedText';
import { bodyOf, headerOf, keyOf, useTemplates } from '@/agent/conversation/templates';
import { HeaderFile } from '@/agent/dialogs/HeaderFile';
import { type Chosen, choice } from '@/agent/dialogs/templateMessage';
import { ProblemAlert } from '@/components/ProblemAlert';
import { t } from '@/texts/agent';

type Change = Dispatch<SetStateAction<Chosen | null>>;

interface Props {
  account: string;
  /** The template that is chosen at first, by its name, if there is one. */
  preferred: string;
  chosen: Chosen | null;
  onChosen: Change;
}

/** Chooses one of an account's approved templates, and the values that it asks for, with what will be read. */
export function TemplateFields({ account, preferred, chosen, onChosen }: Props) {
  const { data, error } = useTemplates(account);
  const approved = data?.items.filter(one => one.status === 'approved') ?? [];
  const choose = (key: string | null) => {
    const template = approved.find(one => keyOf(one) === key);
    onChosen(template ? choice(template) : null);
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
      {chosen && <Values key={keyOf(chosen.template)} chosen={chosen} onChosen={onChosen} />}
      {chosen && <Preview chosen={chosen} />}
    </Stack>
  );
}

/** What the template asks for, from top to bottom. */
function Values({ chosen, onChosen }: { chosen: Chosen; onChosen: Change }) {
  const { template } = chosen;
  // A file may be there only after other values were typed, or another template chosen.
  const put = (file: Chosen['file']) =>
    onChosen(now => (now && keyOf(now.template) === keyOf(template) ? { ...now, file } : now));
  const field = (part: 'header' | 'body' | 'buttons', name: string | number, label: string) => (
    <TextInput
      key={`${part}:${name}`}
      label={label}
      required
      value={chosen[part][name] ?? ''}
      onChange={event => onChosen({ ...chosen, [part]: { ...chosen[part], [name]: event.currentTarget.value } })}
    />
  );
  return (
    <>
      {template.header_media && <HeaderFile kind={template.header_media} onFile={put} />}
      {template.header_parameters.map(name => field('header', name, t.template.headerParameter(name)))}
      {template.parameters.map(name => field('body', name, t.template.parameter(name)))}
      {template.button_parameters.map(place => {
        const button = String(template.buttons[place]?.text ?? place + 1);
        return field('buttons', place, t.template.buttonParameter(button));
      })}
    </>
  );
}

function Preview({ chosen }: { chosen: Chosen }) {
  const header = headerOf(chosen.template, chosen);
  return (
    <Paper withBorder p="sm" aria-label={t.template.preview}>
      {chosen.file && (
        <Text size="xs" c="dimmed">
          {chosen.file.name}
        </Text>
      )}
      {header && <Text fw={600}>{header}</Text>}
      <FormattedText text={bodyOf(chosen.template, chosen)} />
      {chosen.template.footer && (
        <Text size="xs" c="dimmed">
          {chosen.template.footer}
        </Text>
      )}
    </Paper>
  );
}
