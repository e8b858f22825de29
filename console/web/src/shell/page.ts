/** What a page of the client is. The pages themselves stand in `agent/pages.ts` and `admin/pages.ts`. */
import type { ComponentType } from 'react';
import type { Role } from '@/session/session';
import { t } from '@/texts/common';

export interface Page {
  path: string;
  roles: readonly Role[];
  /** Its code, which is loaded when the page is opened. */
  load: () => Promise<{ default: ComponentType }>;
  /** Where it stands in the navigation; a page without is reached from another one. */
  entry?: {
    section: Section;
    label: string;
    icon: ComponentType<{ size?: number | string; stroke?: number | string }>;
  };
}

/** The sections of the navigation, in their order. */
export const SECTIONS = {
  work: t.navigation.work,
  floor: t.navigation.floor,
  setup: t.navigation.setup,
  people: t.navigation.people,
  operations: t.navigation.operations,
} as const;

export type Section = keyof typeof SECTIONS;

export const EVERYBODY: readonly Role[] = ['admin', 'supervisor', 'agent'];
export const SUPERVISORS: readonly Role[] = ['admin', 'supervisor'];
export const ADMINS: readonly Role[] = ['admin'];
