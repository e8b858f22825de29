import { Group, Text } from '@mantine/core';
import { t } from '@/texts/common';

export function Brand() {
  return (
    <Group gap={8} wrap="nowrap">
      <img src="/favicon.svg" alt="" width={26} height={26} />
      <Text fw={700} size="lg">
        {t.product}
      </Text>
    </Group>
  );
}
