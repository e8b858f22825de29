import { Alert, Anchor, Radio, Stack, Text, Textarea } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Link } from 'react-router';
import { CheckList } from '@/admin/accounts/CheckList';
import { type Account, SectionForm, type SectionProps } from '@/admin/accounts/SectionForm';
import { useNames } from '@/admin/desk/named';
import { t } from '@/texts/admin';

const MODES = ['off', 'only_listed'] as const;
const agentsOf = ({ agents }: Account) => ({ agents });
const whitelistsOf = ({ whitelist_mode, whitelists, refusal_text }: Account) => ({
  whitelist_mode,
  whitelists,
  refusal_text,
});

export function AgentsSection({ account }: SectionProps) {
  const agents = useNames('agents');
  return (
    <SectionForm
      account={account}
      title={t.sections.agents}
      description={t.accounts.agentsHint}
      valuesOf={agentsOf}
      toInput={values => values}
    >
      {form => (
        <CheckList
          label={t.field.agents}
          choices={agents.choices}
          chosen={form.values.agents}
          onChange={chosen => form.setFieldValue('agents', chosen)}
          empty={t.accounts.nothingTo.agents}
          height={520}
        />
      )}
    </SectionForm>
  );
}

export function WhitelistsSection({ account }: SectionProps) {
  const whitelists = useNames('whitelists');
  return (
    <SectionForm
      account={account}
      title={t.sections.whitelists}
      description={
        <>
          {t.accounts.whitelistsHint}{' '}
          <Anchor component={Link} to="/whitelists" size="sm">
            {t.whitelists.all}
          </Anchor>
        </>
      }
      valuesOf={whitelistsOf}
      toInput={values => values}
    >
      {form => (
        <>
          {account.warnings.map(warning => (
            <Alert key={warning} color="orange" icon={<IconAlertTriangle aria-hidden />}>
              {warning}
            </Alert>
          ))}
          <Radio.Group label={t.accounts.whitelistMode} {...form.getInputProps('whitelist_mode')}>
            <Stack gap="xs" mt="xs">
              {MODES.map(mode => (
                <Radio
                  key={mode}
                  value={mode}
                  label={t.whitelistModes[mode]}
                  description={t.accounts.whitelistModeHints[mode]}
                />
              ))}
            </Stack>
          </Radio.Group>
          <Text size="sm" fw={500}>
            {t.field.whitelists}
          </Text>
          <CheckList
            label={t.field.whitelists}
            choices={whitelists.choices}
            chosen={form.values.whitelists}
            onChange={chosen => form.setFieldValue('whitelists', chosen)}
            empty={t.accounts.nothingTo.whitelists}
          />
          <Textarea
            label={t.accounts.refusal}
            description={t.accounts.refusalHint}
            autosize
            minRows={2}
            disabled={form.values.whitelist_mode === 'off'}
            {...form.getInputProps('refusal_text')}
          />
        </>
      )}
    </SectionForm>
  );
}
