import { Group, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { t } from '@/texts/common';

interface Props {
  title: string;
  description?: ReactNode;
  /** Buttons at the right of the title. */
  actions?: ReactNode;
  /** The page scrolls within itself (a table), instead of as a whole. */
  fill?: boolean;
  children: ReactNode;
}

/** A page: its title, which is the document's too, its buttons, its content. */
export function PageFrame({ title, description, actions, fill = false, children }: Props) {
  useDocumentTitle(`${title} · ${t.product}`);
  return (
    <Stack p="md" gap="md" h={fill ? '100%' : undefined} mih={0}>
      <Group justify="space-between" wrap="wrap" gap="xs">
        <div>
          <Title order={1}>{title}</Title>
          {description && (
            <Text size="sm" c="dimmed" component="div">
              {description}
            </Text>
          )}
        </div>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}
