/** A template that was chosen with what is filled in, and the message that this makes. */
import type { Values } from '@/agent/conversation/templates';
import type { MessageInput, Template } from '@/agent/desk/queries';

type TemplateContent = Extract<MessageInput['content'], { kind: 'template' }>;

export interface Chosen {
  template: Template;
  header: Values;
  body: Values;
  /** By the button's place. */
  buttons: Values;
  /** The uploaded file that stands above the words. */
  file: { id: string; name: string; type: string } | null;
}

export function choice(template: Template): Chosen {
  return { template, header: {}, body: {}, buttons: {}, file: null };
}

/** The message; null while something is missing. */
export function templateMessage(chosen: Chosen | null): TemplateContent | null {
  if (!chosen) return null;
  const { template, file } = chosen;
  const asked: [Values, readonly (string | number)[]][] = [
    [chosen.header, template.header_parameters],
    [chosen.body, template.parameters],
    [chosen.buttons, template.button_parameters],
  ];
  if (asked.some(([values, names]) => names.some(name => !values[name]?.trim()))) return null;
  const media = template.header_media;
  if (media && !file) return null;
  const { name, language, template_id } = template;
  return {
    kind: 'template',
    name,
    language,
    template_id,
    header: { ...chosen.header },
    header_media:
      media && file ? { kind: 'media', media, file_id: file.id, filename: file.name, mime_type: file.type } : null,
    body: { ...chosen.body },
    buttons: { ...chosen.buttons },
  };
}
