import { Fieldset, Group, NumberInput, Select, SimpleGrid, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { type Account, SectionForm, type SectionProps } from '@/admin/accounts/SectionForm';
import { AttributeFields, type AttributeRow } from '@/admin/contacts/AttributeFields';
import { attributeText, attributeValue } from '@/admin/contacts/contacts';
import { useNames } from '@/admin/desk/named';
import { TextWithVariables } from '@/admin/desk/TextWithVariables';
import { useTemplates } from '@/admin/templates/templates';
import type { Input } from '@/api/configuration';
import { t } from '@/texts/admin';

const ZONES = Intl.supportedValuesOf('timeZone');

function generalOf({
  name,
  key,
  phone,
  list_id,
  description,
  inactivity_timeout,
  timezone,
  reopen_within,
  ...rest
}: Account) {
  const { notification, transfer } = rest;
  return {
    name,
    key,
    phone,
    list_id,
    description,
    inactivity_timeout,
    timezone,
    reopen_within,
    notification: { ...notification },
    transfer: { ...transfer },
  };
}

export function GeneralSection({ account }: SectionProps) {
  const lists = useNames('lists');
  return (
    <SectionForm account={account} title={t.sections.general} valuesOf={generalOf} toInput={values => values}>
      {form => (
        <>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput label={t.field.name} required {...form.getInputProps('name')} />
            <TextInput
              label={t.accounts.key}
              description={t.accounts.keyHint}
              required
              maxLength={5}
              {...form.getInputProps('key')}
            />
            <TextInput label={t.accounts.phone} required type="tel" {...form.getInputProps('phone')} />
            <Select
              label={t.accounts.list}
              required
              searchable
              allowDeselect={false}
              data={lists.choices}
              {...form.getInputProps('list_id')}
            />
          </SimpleGrid>
          <Textarea label={t.field.description} autosize minRows={1} {...form.getInputProps('description')} />
          <SimpleGrid cols={{ base: 1, sm: 3 }}>
            <NumberInput
              label={t.accounts.inactivity}
              description={t.accounts.inactivityHint}
              min={0}
              suffix={t.unit.minutesSuffix}
              {...form.getInputProps('inactivity_timeout')}
            />
            <NumberInput
              label={t.accounts.reopen}
              description={t.accounts.reopenHint}
              min={0}
              suffix={t.unit.hoursSuffix}
              {...form.getInputProps('reopen_within')}
            />
            <Select
              label={t.accounts.timezone}
              description={t.accounts.timezoneHint}
              searchable
              allowDeselect={false}
              data={ZONES.includes(form.values.timezone) ? ZONES : [form.values.timezone, ...ZONES]}
              limit={60}
              {...form.getInputProps('timezone')}
            />
          </SimpleGrid>
          <Fieldset legend={t.accounts.notification}>
            <Stack gap="sm">
              <TextWithVariables
                label={t.accounts.notificationText}
                description={t.accounts.notificationHint}
                minRows={2}
                value={form.values.notification.template}
                error={form.errors['notification.template']}
                onChange={text => form.setFieldValue('notification.template', text)}
              />
              <Switch label={t.accounts.sound} {...form.getInputProps('notification.sound', { type: 'checkbox' })} />
            </Stack>
          </Fieldset>
          <Fieldset legend={t.accounts.transfer}>
            <Group align="flex-end">
              <Switch
                label={t.accounts.transferOn}
                mb={8}
                {...form.getInputProps('transfer.enabled', { type: 'checkbox' })}
              />
              <NumberInput
                label={t.accounts.transferTimeout}
                min={1}
                w={220}
                suffix={t.unit.secondsSuffix}
                disabled={!form.values.transfer.enabled}
                {...form.getInputProps('transfer.timeout')}
              />
            </Group>
          </Fieldset>
        </>
      )}
    </SectionForm>
  );
}

interface Advanced {
  domain: string;
  proxy: string;
  mandatory_disposition: { enabled: boolean; pause: string };
  recontact_template: string;
  attributes: AttributeRow[];
}

function advancedOf(account: Account): Advanced {
  return {
    domain: account.domain ?? '',
    proxy: account.proxy ?? '',
    mandatory_disposition: { ...account.mandatory_disposition },
    recontact_template: account.recontact_template,
    attributes: Object.entries(account.attributes).map(([name, value]) => ({ name, value: attributeText(value) })),
  };
}

function advancedInput({ domain, proxy, attributes, ...rest }: Advanced, before: Account): Partial<Input<'accounts'>> {
  const given = Object.fromEntries(
    attributes.filter(row => row.name).map(row => [row.name, attributeValue(row.value)]),
  );
  // A merge patch takes away only what it names.
  const gone = Object.keys(before.attributes).filter(name => !(name in given));
  return {
    ...rest,
    domain: domain || null,
    proxy: proxy || null,
    attributes: { ...given, ...Object.fromEntries(gone.map(name => [name, null])) },
  };
}

export function AdvancedSection({ account }: SectionProps) {
  const pauses = useNames('pauses');
  const templates = useTemplates(account.id).data?.items ?? [];
  const names = [...new Set(templates.filter(one => one.status === 'approved').map(one => one.name))];
  return (
    <SectionForm account={account} title={t.sections.advanced} valuesOf={advancedOf} toInput={advancedInput}>
      {form => (
        <>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput
              label={t.accounts.domain}
              description={t.accounts.domainHint}
              placeholder="https://wa.example.org"
              {...form.getInputProps('domain')}
            />
            <TextInput
              label={t.accounts.proxy}
              description={t.accounts.proxyHint}
              placeholder="http://proxy.example.org:3128"
              {...form.getInputProps('proxy')}
            />
          </SimpleGrid>
          <Fieldset legend={t.accounts.mandatory}>
            <Group align="flex-end">
              <Switch
                label={t.accounts.mandatoryOn}
                mb={8}
                {...form.getInputProps('mandatory_disposition.enabled', { type: 'checkbox' })}
              />
              <Select
                label={t.accounts.mandatoryPause}
                data={pauses.choices}
                clearable
                searchable
                w={260}
                disabled={!form.values.mandatory_disposition.enabled}
                value={form.values.mandatory_disposition.pause || null}
                error={form.errors['mandatory_disposition.pause']}
                onChange={pause => form.setFieldValue('mandatory_disposition.pause', pause ?? '')}
              />
            </Group>
          </Fieldset>
          <Select
            label={t.accounts.recontact}
            description={t.accounts.recontactHint}
            data={
              form.values.recontact_template && !names.includes(form.values.recontact_template)
                ? [form.values.recontact_template, ...names]
                : names
            }
            clearable
            searchable
            nothingFoundMessage={t.accounts.noTemplates}
            value={form.values.recontact_template || null}
            error={form.errors.recontact_template}
            onChange={name => form.setFieldValue('recontact_template', name ?? '')}
          />
          <AttributeFields
            rows={form.values.attributes}
            onChange={attributes => form.setFieldValue('attributes', attributes)}
          />
        </>
      )}
    </SectionForm>
  );
}
