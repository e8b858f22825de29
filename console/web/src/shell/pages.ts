import { ADMIN_PAGES } from '@/admin/pages';
import { AGENT_PAGES } from '@/agent/pages';
import type { Page } from '@/shell/page';

/** Every page of the client. */
export const PAGES: readonly Page[] = [...AGENT_PAGES, ...ADMIN_PAGES];
