import { Badge } from '@mantine/core';

/** The short key of an account, as it stands on every tab. */
export function AccountKey({ value }: { value: string }) {
  return (
    <Badge size="sm" variant="outline" color="gray" radius="sm" tt="none" style={{ flexShrink: 0 }}>
      {value}
    </Badge>
  );
}
