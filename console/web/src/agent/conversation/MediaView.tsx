import { Anchor, Group, Image, Loader, Modal, Paper, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAlertTriangle, IconDownload, IconFile } from '@tabler/icons-react';
import { FormattedText } from '@/agent/conversation/FormattedText';
import type { StoredMessage } from '@/agent/desk/queries';
import { t } from '@/texts/agent';

const STEP = 1024;
const MAX_WIDTH = 320;
const MAX_HEIGHT = 300;
const STICKER = 140;

export type MediaKind = 'image' | 'video' | 'audio' | 'voice' | 'document' | 'sticker';

interface File {
  url: string | null;
  kind: MediaKind;
  name: string;
  size: number;
  caption: string;
  /** Where it lies, if not with us. */
  elsewhere: string | null;
}

const UNITS = ['B', 'kB', 'MB', 'GB'];

export function bytes(size: number): string {
  let [value, unit] = [size, 0];
  while (value >= STEP && unit < UNITS.length - 1) [value, unit] = [value / STEP, unit + 1];
  return `${unit > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

/** A file that the customer sent: it is fetched from the provider first. */
export function ReceivedMedia({ message }: { message: StoredMessage }) {
  const { content, file } = message;
  if (!content || !('caption' in content)) return null;
  if (file?.state === 'failed') {
    return (
      <Group gap={6} wrap="nowrap">
        <IconAlertTriangle size={18} aria-hidden />
        <Text size="sm">{t.message.file.failed(file.reason)}</Text>
      </Group>
    );
  }
  if (!file?.id || file.state !== 'stored') {
    return (
      <Group gap={8} wrap="nowrap">
        <Loader size="xs" aria-hidden />
        <Text size="sm">{t.message.file.pending}</Text>
      </Group>
    );
  }
  return (
    <MediaView
      file={{
        url: `/api/files/${encodeURIComponent(file.id)}`,
        kind: content.kind,
        name: file.filename ?? content.filename ?? '',
        size: file.size,
        caption: content.caption,
        elsewhere: null,
      }}
    />
  );
}

export interface SentFile {
  media: MediaKind;
  file_id?: string | null;
  url?: string | null;
  filename?: string | null;
  caption?: string;
}

/** A file that we sent. */
export function SentMedia({ media }: { media: SentFile }) {
  return (
    <MediaView
      file={{
        url: media.file_id ? `/api/files/${encodeURIComponent(media.file_id)}` : null,
        kind: media.media,
        name: media.filename ?? '',
        size: 0,
        caption: media.caption ?? '',
        elsewhere: media.url ?? null,
      }}
    />
  );
}

function MediaView({ file }: { file: File }) {
  return (
    <div>
      <Shown file={file} />
      {file.caption && (
        <Text size="sm" mt={4} component="div">
          <FormattedText text={file.caption} />
        </Text>
      )}
    </div>
  );
}

function Shown({ file }: { file: File }) {
  const { url, kind } = file;
  const name = file.name || t.message.file[kind];
  if (!url) return <Elsewhere file={file} />;
  switch (kind) {
    case 'image':
    case 'sticker':
      return <Picture url={url} name={name} sticker={kind === 'sticker'} />;
    case 'video':
      return (
        // biome-ignore lint/a11y/useMediaCaption: nobody has made captions for what a customer films
        <video
          src={url}
          controls
          preload="metadata"
          aria-label={name}
          style={{ maxWidth: `min(100%, ${MAX_WIDTH}px)`, maxHeight: MAX_HEIGHT }}
        />
      );
    case 'audio':
    case 'voice':
      return (
        // biome-ignore lint/a11y/useMediaCaption: nobody has made captions for what a customer says
        <audio src={url} controls preload="metadata" aria-label={name} style={{ maxWidth: '100%', width: 280 }} />
      );
    case 'document':
      return <Document url={url} name={name} size={file.size} />;
  }
}

/** A picture, and large when it is pressed. Its place is kept while it loads. */
function Picture({ url, name, sticker }: { url: string; name: string; sticker: boolean }) {
  const [opened, { open, close }] = useDisclosure(false);
  const side = sticker ? STICKER : MAX_WIDTH;
  return (
    <>
      <UnstyledButton onClick={open} aria-label={`${t.message.file.open}: ${name}`} display="block">
        <Image
          src={url}
          alt={name}
          radius="md"
          fit="contain"
          w="auto"
          maw={`min(100%, ${side}px)`}
          mah={MAX_HEIGHT}
          mih={60}
          loading="lazy"
        />
      </UnstyledButton>
      <Modal opened={opened} onClose={close} size="auto" title={name} centered>
        <Image src={url} alt={name} fit="contain" mah="75vh" />
        <Group justify="flex-end" mt="sm">
          <Anchor href={url} download={name} size="sm">
            {t.message.file.download}
          </Anchor>
        </Group>
      </Modal>
    </>
  );
}

function Document({ url, name, size }: { url: string; name: string; size: number }) {
  return (
    <Paper
      withBorder
      p="xs"
      component="a"
      href={url}
      target="_blank"
      rel="noopener"
      td="none"
      c="inherit"
      display="block"
    >
      <Group gap="xs" wrap="nowrap">
        <IconFile size={26} stroke={1.5} aria-hidden />
        <div style={{ minWidth: 0 }}>
          <Text size="sm" truncate maw={220}>
            {name}
          </Text>
          {size > 0 && (
            <Text size="xs" c="dimmed">
              {bytes(size)}
            </Text>
          )}
        </div>
        <IconDownload size={18} aria-hidden />
      </Group>
    </Paper>
  );
}

function Elsewhere({ file }: { file: File }) {
  return (
    <Anchor href={file.elsewhere ?? undefined} target="_blank" rel="noopener noreferrer" size="sm">
      {file.name || t.message.file.elsewhere}
    </Anchor>
  );
}
