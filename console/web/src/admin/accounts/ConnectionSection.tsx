import { Alert, Select, Stack } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'react-router';
import { CredentialFields } from '@/admin/accounts/CredentialFields';
import type { JustCreated } from '@/admin/accounts/NewAccountPage';
import { given, type Provider, useProviders } from '@/admin/accounts/providers';
import { type Account, SectionForm, type SectionProps } from '@/admin/accounts/SectionForm';
import { SetUp } from '@/admin/accounts/SetUp';
import { Trials } from '@/admin/accounts/Trials';
import { ProblemAlert } from '@/components/ProblemAlert';
import { WholePage } from '@/shell/WholePage';
import { t } from '@/texts/admin';

type Texts = Record<string, string>;

const connectionOf = (account: Account) => ({
  type: account.type,
  credentials: { ...(account.credentials as Texts) },
  removed: [] as string[],
});

/** How the account is connected with its provider. */
export function ConnectionSection({ account }: SectionProps) {
  const providers = useProviders();
  const just = useLocation().state as JustCreated | null;
  const [madeUp, setMadeUp] = useState<Texts>({ ...just?.madeUp });
  if (providers.error) return <ProblemAlert error={providers.error} retry={() => void providers.refetch()} />;
  if (!providers.data) return <WholePage.Loading />;
  return (
    <Stack maw={760} gap="lg">
      {just && (
        <Alert color="teal" icon={<IconKey aria-hidden />} title={t.setUp.created}>
          {t.setUp.createdHint}
        </Alert>
      )}
      <SetUp type={account.type} webhookUrl={account.webhook_url} madeUp={madeUp} />
      <Credentials
        account={account}
        providers={providers.data}
        onSaved={saved => setMadeUp({ ...(saved.made_up as Texts) })}
      />
      <Trials account={account} />
    </Stack>
  );
}

interface CredentialsProps extends SectionProps {
  providers: readonly Provider[];
  onSaved: (saved: Account) => void;
}

function Credentials({ account, providers, onSaved }: CredentialsProps) {
  const fieldsOf = (type: string) => providers.find(one => one.name === type)?.fields ?? [];
  return (
    <SectionForm
      account={account}
      title={t.credentials.title}
      description={t.credentials.hint}
      valuesOf={connectionOf}
      toInput={({ type, credentials, removed }) => ({
        type,
        credentials: given(fieldsOf(type), credentials, removed),
      })}
      shown={field => field.startsWith('credentials.') || field === 'type'}
      onSaved={onSaved}
    >
      {(form, base) => (
        <>
          <Select
            label={t.accounts.type}
            data={providers.map(one => ({ value: one.name, label: one.label }))}
            allowDeselect={false}
            {...form.getInputProps('type')}
          />
          <CredentialFields
            fields={fieldsOf(form.values.type)}
            values={form.values.credentials}
            errors={form.errors}
            onChange={(name, value) => form.setFieldValue(`credentials.${name}`, value)}
            stored={form.values.type === base.type ? base.secrets_set : []}
            removed={form.values.removed}
            onRemove={(name, removed) =>
              form.setFieldValue(
                'removed',
                removed ? [...form.values.removed, name] : form.values.removed.filter(one => one !== name),
              )
            }
          />
        </>
      )}
    </SectionForm>
  );
}
