import { Badge, Stack, Text } from '@mantine/core';
import { FormattedText } from '@/agent/conversation/FormattedText';
import { SentMedia } from '@/agent/conversation/MediaView';
import { bodyOf, headerOf, keyOf, useTemplates } from '@/agent/conversation/templates';
import type { Content } from '@/agent/conversation/words';
import { t } from '@/texts/agent';

/** A template as the customer sees it, where the account's templates are known. */
export function TemplateView({
  content,
  account,
}: {
  content: Extract<Content, { kind: 'template' }>;
  account: string;
}) {
  const { data } = useTemplates(account);
  const template = data?.items.find(one => keyOf(one) === keyOf(content));
  return (
    <Stack gap={4}>
      <Text size="xs" c="dimmed">
        {t.message.template(content.name)}
      </Text>
      {content.header_media && <SentMedia media={content.header_media} />}
      {template?.header && <Text fw={600}>{headerOf(template, content)}</Text>}
      {template ? (
        <FormattedText text={bodyOf(template, content)} />
      ) : (
        <FormattedText text={Object.values(content.body ?? {}).join(', ')} />
      )}
      {template?.footer && (
        <Text size="xs" c="dimmed">
          {template.footer}
        </Text>
      )}
      <div>
        {template?.buttons.map(button => (
          <Badge key={String(button.text)} variant="outline" tt="none" mr={4}>
            {String(button.text ?? '')}
          </Badge>
        ))}
      </div>
    </Stack>
  );
}
