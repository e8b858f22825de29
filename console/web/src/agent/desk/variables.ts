/**
 * Texts with variables, as admins write them: `Hello {contact.name|there}`. What follows a bar is said where there is no
 * value; two braces mean one. A value is put in as it is and never looked at again.
 */
const PART = /\{\{|\}\}|\{([^{}|]*)(?:\|([^{}]*))?\}/g;
const BRACES: Record<string, string> = { '{{': '{', '}}': '}' };

export type Values = Readonly<Record<string, string>>;

export function fill(source: string, values: Values): string {
  return source.replace(PART, (part: string, name?: string, otherwise?: string) => {
    return BRACES[part] ?? (values[name ?? ''] || otherwise || '');
  });
}

interface About {
  contactName: string;
  contactKey: string;
  accountKey: string;
  accountName: string;
  interactionId: string;
}

/** The values of the variables that agents' texts may use. */
export function valuesOf(about: About): Values {
  const now = new Date();
  return {
    'account.key': about.accountKey,
    'account.name': about.accountName,
    'contact.name': about.contactName,
    'contact.number': about.contactKey.startsWith('+') ? about.contactKey : '',
    'interaction.id': about.interactionId,
    'now.date': now.toLocaleDateString(),
    'now.time': now.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }),
  };
}
