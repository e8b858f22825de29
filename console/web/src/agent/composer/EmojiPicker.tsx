import { ActionIcon, Popover, ScrollArea, SimpleGrid, Text, Tooltip } from '@mantine/core';
import { IconMoodSmile } from '@tabler/icons-react';
import { useState } from 'react';
import { t } from '@/texts/agent';

const g = t.composer.emojiGroups;
const GROUPS: readonly (readonly [string, string])[] = [
  [
    g.faces,
    '😀 😃 😄 😁 😅 😂 🤣 🙂 😉 😊 😇 😍 🥰 😘 😋 😜 🤗 🤔 😐 😏 🙄 😬 😌 😔 😴 😷 🤒 😎 🥳 😕 🙁 😮 😲 😳 🥺 😢 😭 😱 😤 😡',
  ],
  [g.hands, '👍 👎 👌 ✌️ 🤞 🤝 👏 🙌 🙏 💪 👋 ☝️ 👇 👉 👈 🤷 🤦 🙋 🙆 👨‍💻 👩‍💻'],
  [g.hearts, '❤️ 🧡 💛 💚 💙 💜 🖤 🤍 💔 💕 💯'],
  [g.things, '🎉 🎁 🎂 🌹 ☀️ 🌧️ ⭐ 🔥 💡 📦 🚚 🛒 🧾 💳 💶 📞 📱 💻 📧 📎 📄 📅 ⏰ 🔑 🔧 🏠 🏢 🚗 🚲 ✈️ ☕ 🍕'],
  [g.signs, '✅ ❌ ⚠️ ❗ ❓ ℹ️ ➡️ ⬅️ ⬆️ ⬇️ 🔴 🟠 🟡 🟢 🔵 🆗 🆕 ™️ ©️ ®️'],
];

export function EmojiPicker({ onPick }: { onPick: (emoji: string) => void }) {
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} trapFocus position="top-start" width={316} withinPortal>
      <Popover.Target>
        <Tooltip label={t.composer.emoji}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={t.composer.emoji}
            aria-expanded={opened}
            onClick={() => setOpened(!opened)}
          >
            <IconMoodSmile size={20} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown p={6}>
        <ScrollArea h={240}>
          {GROUPS.map(([name, emoji]) => (
            <section key={name} aria-label={name}>
              <Text size="xs" c="dimmed" px={4} py={2}>
                {name}
              </Text>
              <SimpleGrid cols={8} spacing={0} verticalSpacing={0}>
                {emoji.split(' ').map(one => (
                  <ActionIcon
                    key={one}
                    variant="subtle"
                    color="gray"
                    size="lg"
                    fz={20}
                    aria-label={one}
                    onClick={() => {
                      onPick(one);
                      setOpened(false);
                    }}
                  >
                    {one}
                  </ActionIcon>
                ))}
              </SimpleGrid>
            </section>
          ))}
        </ScrollArea>
      </Popover.Dropdown>
    </Popover>
  );
}
