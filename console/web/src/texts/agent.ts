import { agent } from '@/texts/en/agent';
import { spoken } from '@/texts/language';

/** Texts of the pages where agents work. */
export const t = spoken({ en: agent });
