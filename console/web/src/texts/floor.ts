import { floor } from '@/texts/en/floor';
import { spoken } from '@/texts/language';

/** Texts of the pages of supervisors and operators. */
export const t = spoken({ en: floor });
