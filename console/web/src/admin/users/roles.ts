/** Roles, as choices and colours. */
import type { Role } from '@/session/session';
import { t } from '@/texts/admin';

export const ROLES = (['agent', 'supervisor', 'admin'] as const satisfies readonly Role[]).map(value => ({
  value,
  label: t.users.roles[value],
}));

export const ROLE_COLOURS: Record<Role, string> = { admin: 'grape', supervisor: 'blue', agent: 'teal' };
