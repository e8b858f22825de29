import { admin } from '@/texts/en/admin';
import { spoken } from '@/texts/language';

/** Texts of the pages where admins set things up. */
export const t = spoken({ en: admin });
