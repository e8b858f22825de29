import { common } from '@/texts/en/common';
import { spoken } from '@/texts/language';

/** Texts that every page may need. */
export const t = spoken({ en: common });
