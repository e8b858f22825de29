import { Anchor, Badge, List, Stack, Text } from '@mantine/core';
import { IconMapPin, IconUser } from '@tabler/icons-react';
import { FormattedText } from '@/agent/conversation/FormattedText';
import { ReceivedMedia, SentMedia } from '@/agent/conversation/MediaView';
import { TemplateView } from '@/agent/conversation/TemplateView';
import type { Content } from '@/agent/conversation/words';
import { summaryOf } from '@/agent/conversation/words';
import type { StoredMessage } from '@/agent/desk/queries';
import { t } from '@/texts/agent';

type Of<Kind extends Content['kind']> = Extract<Content, { kind: Kind }>;

/** What a message says, whatever kind it is of. `message` is null for one that has not been sent yet. */
export function ContentView({
  content,
  message,
  account,
}: {
  content: Content;
  message: StoredMessage | null;
  account: string;
}) {
  switch (content.kind) {
    case 'text':
      return <FormattedText text={content.text} />;
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'document':
    case 'sticker':
      return message && <ReceivedMedia message={message} />;
    case 'media':
      return <SentMedia media={content} />;
    case 'location':
      return <Location content={content} />;
    case 'contacts':
      return <Cards content={content} />;
    case 'button_reply':
    case 'quick_reply':
      return <Pressed label={t.message.button} words={content.title || content.payload} />;
    case 'list_reply':
      return <Pressed label={t.message.listReply} words={content.title || content.payload} />;
    case 'flow_reply':
      return <Flow content={content} />;
    case 'order':
      return <Order content={content} />;
    case 'template':
      return <TemplateView content={content} account={account} />;
    case 'buttons':
      return <Menu_ content={content} choices={content.buttons.map(one => one.title)} />;
    case 'list':
      return <Menu_ content={content} choices={content.sections.flatMap(one => one.rows.map(row => row.title))} />;
    case 'system':
      return <Pressed label={t.message.system} words={content.text || content.event} />;
    case 'reaction':
    case 'edited':
    case 'deleted':
    case 'unsupported':
      return (
        <Text size="sm" fs="italic">
          {summaryOf(content)}
        </Text>
      );
  }
}

function Pressed({ label, words }: { label: string; words: string }) {
  return (
    <Stack gap={2}>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <FormattedText text={words} />
    </Stack>
  );
}

function Location({ content }: { content: Of<'location'> }) {
  const { latitude, longitude } = content;
  const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
  return (
    <Stack gap={2}>
      <Text size="sm" fw={500}>
        <IconMapPin size={16} style={{ verticalAlign: 'text-bottom' }} aria-hidden />{' '}
        {content.name || t.message.location}
      </Text>
      {content.address && <Text size="sm">{content.address}</Text>}
      <Anchor href={map} target="_blank" rel="noopener noreferrer" size="sm">
        {t.message.showMap}
      </Anchor>
    </Stack>
  );
}

function Cards({ content }: { content: Of<'contacts'> }) {
  return (
    <Stack gap={4}>
      {content.cards.map((card, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: cards have no id, and a message never changes
        <div key={index}>
          <Text size="sm" fw={500}>
            <IconUser size={16} style={{ verticalAlign: 'text-bottom' }} aria-hidden />{' '}
            {card.name || t.message.contacts}
          </Text>
          {(card.phones ?? []).map(one => (
            <Text size="sm" key={one.phone}>
              {one.phone}
            </Text>
          ))}
          {(card.emails ?? []).map(one => (
            <Text size="sm" key={one}>
              {one}
            </Text>
          ))}
        </div>
      ))}
    </Stack>
  );
}

function Flow({ content }: { content: Of<'flow_reply'> }) {
  const { response } = content;
  return (
    <Stack gap={2}>
      <Text size="xs" c="dimmed">
        {content.title || t.message.flow}
      </Text>
      {typeof response === 'string' ? (
        <FormattedText text={response} />
      ) : (
        <List size="sm">
          {Object.entries(response).map(([name, value]) => (
            <List.Item key={name}>
              {name}: {typeof value === 'string' ? value : JSON.stringify(value)}
            </List.Item>
          ))}
        </List>
      )}
    </Stack>
  );
}

function Order({ content }: { content: Of<'order'> }) {
  const items = content.items ?? [];
  return (
    <Stack gap={2}>
      <Text size="xs" c="dimmed">
        {t.message.order(items.length)}
      </Text>
      {content.text && <FormattedText text={content.text} />}
      <List size="sm">
        {items.map(item => (
          <List.Item key={item.product_id}>
            {item.quantity} × {item.product_id} {item.price} {item.currency}
          </List.Item>
        ))}
      </List>
    </Stack>
  );
}

interface MenuProps {
  content: Of<'buttons'> | Of<'list'>;
  choices: readonly string[];
}

function Menu_({ content, choices }: MenuProps) {
  return (
    <Stack gap={4}>
      {content.header && <Text fw={600}>{content.header}</Text>}
      <FormattedText text={content.text} />
      {content.footer && (
        <Text size="xs" c="dimmed">
          {content.footer}
        </Text>
      )}
      <div>
        {choices.map(one => (
          <Badge key={one} variant="outline" tt="none" mr={4}>
            {one}
          </Badge>
        ))}
      </div>
    </Stack>
  );
}
