/** The words of a message, for quotes, copies and screen readers. */
import type { StoredMessage } from '@/agent/desk/queries';
import { t } from '@/texts/agent';

export type Content = NonNullable<StoredMessage['content']> | NonNullable<StoredMessage['sending']>;

export function contentOf(message: StoredMessage): Content | null {
  return message.content ?? message.sending;
}

const MEDIA = new Set(['image', 'video', 'audio', 'voice', 'document', 'sticker']);

/** The text that somebody wrote; empty where there is none. */
export function textOf(content: Content | null): string {
  if (!content) return '';
  if ('text' in content && typeof content.text === 'string') return content.text;
  if ('caption' in content) return content.caption ?? '';
  if ('title' in content && typeof content.title === 'string') return content.title;
  return '';
}

/** A content in a few words. */
export function summaryOf(content: Content | null): string {
  const words = textOf(content);
  if (words || !content) return words;
  if (MEDIA.has(content.kind)) return t.message.file[content.kind as keyof typeof t.message.file] as string;
  switch (content.kind) {
    case 'media':
      return t.message.file[content.media];
    case 'location':
      return content.name || t.message.location;
    case 'contacts':
      return content.cards.map(card => card.name).join(', ') || t.message.contacts;
    case 'template':
      return t.message.template(content.name);
    case 'reaction':
      return content.emoji ? t.message.reaction(content.emoji) : t.message.reactionGone;
    case 'order':
      return t.message.order(content.items?.length ?? 0);
    case 'deleted':
      return t.message.deleted;
    case 'unsupported':
      return t.message.unsupported(content.provider_kind);
    default:
      return '';
  }
}
