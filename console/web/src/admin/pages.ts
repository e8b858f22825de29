import type { Page } from '@/shell/page';

/** Pages of admins, supervisors and operators. */
export const ADMIN_PAGES: readonly Page[] = [];
