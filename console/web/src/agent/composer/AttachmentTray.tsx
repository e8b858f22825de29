import { ActionIcon, Group, Image, Loader, Paper, Text, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconFile, IconX } from '@tabler/icons-react';
import type { Attachment } from '@/agent/composer/attachments';
import { bytes } from '@/agent/conversation/MediaView';
import { sentenceOf } from '@/components/ProblemAlert';
import { t } from '@/texts/agent';

const SIDE = 44;

export function AttachmentTray({
  attachments,
  onRemove,
}: {
  attachments: readonly Attachment[];
  onRemove: (key: string) => void;
}) {
  if (attachments.length === 0) return null;
  return (
    <Group gap="xs">
      {attachments.map(one => (
        <Paper key={one.key} withBorder p={6} maw={260} data-attachment={one.state}>
          <Group gap={8} wrap="nowrap">
            <Preview attachment={one} />
            <div style={{ minWidth: 0 }}>
              <Text size="xs" truncate>
                {one.file.name}
              </Text>
              <Text
                size="xs"
                c={one.state === 'failed' ? 'red.8' : 'dimmed'}
                role={one.state === 'failed' ? 'alert' : undefined}
              >
                {one.state === 'failed' ? sentenceOf(one.error) : bytes(one.file.size)}
              </Text>
            </div>
            <ActionIcon
              size="sm"
              variant="subtle"
              color="gray"
              aria-label={t.composer.removeAttachment(one.file.name)}
              onClick={() => onRemove(one.key)}
            >
              <IconX size={14} aria-hidden />
            </ActionIcon>
          </Group>
        </Paper>
      ))}
    </Group>
  );
}

function Preview({ attachment }: { attachment: Attachment }) {
  if (attachment.state === 'uploading') {
    return (
      <Tooltip label={t.composer.uploading(attachment.file.name)}>
        <Loader size="sm" aria-label={t.composer.uploading(attachment.file.name)} />
      </Tooltip>
    );
  }
  if (attachment.state === 'failed')
    return <IconAlertTriangle size={24} color="var(--mantine-color-red-7)" aria-hidden />;
  if (attachment.preview) return <Image src={attachment.preview} alt="" w={SIDE} h={SIDE} radius="sm" fit="cover" />;
  return <IconFile size={24} stroke={1.5} aria-hidden />;
}
