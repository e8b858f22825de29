import {
  Anchor,
  Card,
  Divider,
  Group,
  Radio,
  Select,
  SimpleGrid,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useNavigate } from 'react-router';
import { CredentialFields } from '@/admin/accounts/CredentialFields';
import { given, type Provider, useProviders } from '@/admin/accounts/providers';
import { useNames } from '@/admin/desk/named';
import { create, type View } from '@/api/configuration';
import { PageFrame } from '@/components/PageFrame';
import { ProblemAlert } from '@/components/ProblemAlert';
import { ResourceFormFrame, useResourceForm } from '@/components/useResourceForm';
import { WholePage } from '@/shell/WholePage';
import { t } from '@/texts/admin';
import { t as common } from '@/texts/common';

const MOST_OF_KEY = 5;

/** What the page after says once. */
export interface JustCreated {
  madeUp: Readonly<Record<string, string>>;
}

export default function NewAccountPage() {
  const providers = useProviders();
  return (
    <PageFrame
      title={t.kind.create(t.accounts.one)}
      description={
        <Anchor component={Link} to="/accounts" size="sm">
          {t.accounts.all}
        </Anchor>
      }
    >
      <ProblemAlert error={providers.error} retry={() => void providers.refetch()} />
      {providers.isPending && <WholePage.Loading />}
      {providers.data && <NewAccountForm providers={providers.data} />}
    </PageFrame>
  );
}

function NewAccountForm({ providers }: { providers: readonly Provider[] }) {
  const lists = useNames('lists');
  const navigate = useNavigate();
  const fieldsOf = (type: string) => providers.find(one => one.name === type)?.fields ?? [];
  const of = useResourceForm({
    initialValues: {
      name: '',
      key: '',
      type: providers[0]?.name ?? '',
      phone: '',
      list_id: null as string | null,
      description: '',
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      credentials: {} as Record<string, string>,
    },
    save: values =>
      create('accounts', {
        ...values,
        list_id: values.list_id ?? lists.choices[0]?.value ?? '',
        credentials: given(fieldsOf(values.type), values.credentials),
      }),
    onSaved: (saved: View<'accounts'>) => {
      const state: JustCreated = { madeUp: saved.made_up as Record<string, string> };
      void navigate(`/accounts/${encodeURIComponent(saved.id)}/connection`, { state });
    },
  });
  const { form } = of;
  const fields = fieldsOf(form.values.type);

  return (
    <Card withBorder maw={820} p="lg">
      <ResourceFormFrame
        of={of}
        onCancel={() => void navigate('/accounts')}
        submitLabel={common.action.create}
        shown={field => field in form.values || field.startsWith('credentials.')}
      >
        <Radio.Group label={t.accounts.type} {...form.getInputProps('type')}>
          <SimpleGrid cols={{ base: 2, sm: 4 }} mt={4}>
            {providers.map(one => (
              <Radio.Card key={one.name} value={one.name} p="sm" radius="md">
                <Group gap="xs" wrap="nowrap">
                  <Radio.Indicator size="xs" />
                  <Text size="sm" fw={500}>
                    {one.label}
                  </Text>
                </Group>
              </Radio.Card>
            ))}
          </SimpleGrid>
        </Radio.Group>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput label={t.field.name} required data-autofocus autoFocus {...form.getInputProps('name')} />
          <TextInput
            label={t.accounts.key}
            description={t.accounts.keyHint}
            required
            maxLength={MOST_OF_KEY}
            {...form.getInputProps('key')}
            onChange={event => form.setFieldValue('key', event.currentTarget.value.toUpperCase())}
          />
          <TextInput
            label={t.accounts.phone}
            description={t.accounts.phoneHint}
            placeholder="+39 012 345 6789"
            required
            type="tel"
            {...form.getInputProps('phone')}
          />
          <Select
            label={t.accounts.list}
            description={t.accounts.listHint}
            required
            searchable
            allowDeselect={false}
            data={lists.choices}
            nothingFoundMessage={t.accounts.noLists}
            {...form.getInputProps('list_id')}
            value={form.values.list_id ?? lists.choices[0]?.value ?? null}
          />
        </SimpleGrid>
        <Textarea label={t.field.description} autosize minRows={1} {...form.getInputProps('description')} />
        <Divider label={t.credentials.title} labelPosition="left" mt="xs" />
        <Text size="sm" c="dimmed">
          {t.credentials.hint}
        </Text>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <CredentialFields
            fields={fields.filter(field => field.required || field.made_up)}
            values={form.values.credentials}
            errors={form.errors}
            onChange={(name, value) => form.setFieldValue(`credentials.${name}`, value)}
          />
        </SimpleGrid>
        <Optional>
          <CredentialFields
            fields={fields.filter(field => !field.required && !field.made_up)}
            values={form.values.credentials}
            errors={form.errors}
            onChange={(name, value) => form.setFieldValue(`credentials.${name}`, value)}
          />
        </Optional>
      </ResourceFormFrame>
    </Card>
  );
}

function Optional({ children }: { children: ReactNode }) {
  return (
    <details>
      <Text component="summary" size="sm" style={{ cursor: 'pointer' }}>
        {t.credentials.optional}
      </Text>
      <Stack gap="sm" mt="sm">
        {children}
      </Stack>
    </details>
  );
}
