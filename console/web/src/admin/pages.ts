import { FLOOR_PAGES } from '@/admin/floor/pages';
import { OPERATION_PAGES } from '@/admin/operate/pages';
import { SETUP_PAGES } from '@/admin/setup';
import type { Page } from '@/shell/page';

/** Pages of admins, supervisors and operators. */
export const ADMIN_PAGES: readonly Page[] = [...FLOOR_PAGES, ...SETUP_PAGES, ...OPERATION_PAGES];
