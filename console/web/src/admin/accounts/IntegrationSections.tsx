import { NumberInput, PasswordInput, SimpleGrid, Switch, Textarea, TextInput } from '@mantine/core';
import { type Account, SectionForm, type SectionProps } from '@/admin/accounts/SectionForm';
import { t } from '@/texts/admin';

const VIDEO_KEY = 'video_api_key';
const AI_KEY = 'ai_api_key';

const aiOf = ({ ai }: Account) => ({ ai: { ...ai, base_url: ai.base_url ?? '', api_key: '' } });
const videoOf = ({ video }: Account) => ({ video: { ...video, base_url: video.base_url ?? '', api_key: '' } });

/** Without the key where it stays, and with null for an address that was emptied. */
function withoutBlank<T extends { base_url: string; api_key: string }>({ api_key, base_url, ...rest }: T) {
  return { ...rest, base_url: base_url || null, ...(api_key ? { api_key } : {}) };
}

const keyHint = (account: Account, name: string) =>
  account.secrets_set.includes(name) ? t.credentials.stored : undefined;

export function AiSection({ account }: SectionProps) {
  return (
    <SectionForm
      account={account}
      title={t.sections.ai}
      description={t.ai.description}
      valuesOf={aiOf}
      toInput={values => ({ ai: withoutBlank(values.ai) })}
      shown={field => field.startsWith('ai.')}
    >
      {(form, base) => (
        <>
          <Switch
            label={t.ai.enabled}
            description={t.ai.enabledHint}
            {...form.getInputProps('ai.enabled', { type: 'checkbox' })}
          />
          <TextInput
            label={t.ai.baseUrl}
            description={t.ai.baseUrlHint}
            placeholder="https://ai.example.com/v1"
            {...form.getInputProps('ai.base_url')}
          />
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput label={t.ai.model} {...form.getInputProps('ai.model')} />
            <PasswordInput
              label={t.ai.key}
              autoComplete="new-password"
              placeholder={keyHint(base, AI_KEY)}
              {...form.getInputProps('ai.api_key')}
            />
          </SimpleGrid>
          <NumberInput
            label={t.ai.messages}
            description={t.ai.messagesHint}
            min={1}
            max={100}
            w={220}
            {...form.getInputProps('ai.messages')}
          />
          <Switch
            label={t.ai.names}
            description={t.ai.namesHint}
            {...form.getInputProps('ai.share_names', { type: 'checkbox' })}
          />
          <Switch
            label={t.ai.numbers}
            description={t.ai.numbersHint}
            {...form.getInputProps('ai.share_numbers', { type: 'checkbox' })}
          />
        </>
      )}
    </SectionForm>
  );
}

export function VideoSection({ account }: SectionProps) {
  return (
    <SectionForm
      account={account}
      title={t.sections.video}
      description={t.video.description}
      valuesOf={videoOf}
      toInput={values => ({ video: withoutBlank(values.video) })}
      shown={field => field.startsWith('video.')}
    >
      {(form, base) => (
        <>
          <Switch label={t.video.enabled} {...form.getInputProps('video.enabled', { type: 'checkbox' })} />
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput
              label={t.video.baseUrl}
              placeholder="https://video.example.com/api"
              {...form.getInputProps('video.base_url')}
            />
            <PasswordInput
              label={t.ai.key}
              autoComplete="new-password"
              placeholder={keyHint(base, VIDEO_KEY)}
              {...form.getInputProps('video.api_key')}
            />
          </SimpleGrid>
          <TextInput
            label={t.video.link}
            description={t.video.linkHint}
            placeholder="https://video.example.com/join/{id}?t={token}"
            {...form.getInputProps('video.link_template')}
          />
          <Textarea
            label={t.video.message}
            description={t.video.messageHint}
            autosize
            minRows={2}
            {...form.getInputProps('video.message')}
          />
          <NumberInput
            label={t.video.minutes}
            min={1}
            max={1440}
            w={220}
            suffix={t.unit.minutesSuffix}
            {...form.getInputProps('video.link_minutes')}
          />
        </>
      )}
    </SectionForm>
  );
}
