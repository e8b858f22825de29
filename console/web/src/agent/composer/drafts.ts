/** What was begun and not sent, by interaction: it is there again when the agent comes back. */
const PREFIX = 'switchboard.draft.';

export function draftOf(interaction: string): string {
  return sessionStorage.getItem(PREFIX + interaction) ?? '';
}

export function keepDraft(interaction: string, text: string): void {
  if (text) sessionStorage.setItem(PREFIX + interaction, text);
  else sessionStorage.removeItem(PREFIX + interaction);
}
