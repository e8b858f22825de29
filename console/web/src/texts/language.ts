/**
 * Which language is spoken. Texts stand in `texts/LANGUAGE/AREA.ts`; the English ones say which texts there are, and
 * another language is a folder that has all of them:
 *
 *     export const agent: AgentTexts = { ... };        // texts/it/agent.ts
 *     export const t = spoken({ en: agent, it });       // texts/agent.ts
 */
const STORED = 'switchboard.language';

/** Languages by their code, with the name that their speakers use. */
export const LANGUAGES = { en: 'English' } as const;
export type Language = keyof typeof LANGUAGES;

function known(code: string | null | undefined): code is Language {
  return code !== null && code !== undefined && code in LANGUAGES;
}

function chosen(): Language {
  let stored: string | null = null;
  try {
    stored = localStorage.getItem(STORED);
  } catch {
    // Storage is switched off: the browser's languages decide.
  }
  if (known(stored)) return stored;
  return navigator.languages.map(one => one.slice(0, 2)).find(known) ?? 'en';
}

export const language = chosen();

/** The texts of the language that is spoken. */
export function spoken<T>(texts: Record<Language, T>): T {
  return texts[language];
}
