/** Roles, as choices and as a column of a list. */
import { Badge } from '@mantine/core';
import type { Column } from '@/components/table/columns';
import type { Role } from '@/session/session';
import { t } from '@/texts/admin';

export const ROLES = (['agent', 'supervisor', 'admin'] as const satisfies readonly Role[]).map(value => ({
  value,
  label: t.users.roles[value],
}));

const COLOURS: Record<Role, string> = { admin: 'grape', supervisor: 'blue', agent: 'teal' };

/** What role a user or a token has. */
export function roleColumn<Row extends { role: Role }>(): Column<Row> {
  return {
    id: 'role',
    header: t.users.role,
    value: row => t.users.roles[row.role],
    cell: row => (
      <Badge variant="light" tt="none" color={COLOURS[row.role]}>
        {t.users.roles[row.role]}
      </Badge>
    ),
    filter: ROLES,
  };
}
