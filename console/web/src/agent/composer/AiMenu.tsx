import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { IconSparkles } from '@tabler/icons-react';
import { useState } from 'react';
import { api, type Schema, unwrap } from '@/api/client';
import { notifyProblem } from '@/components/notify';
import { t } from '@/texts/agent';

interface Props {
  interaction: string;
  text: string;
  onText: (text: string) => void;
}

const STYLES = Object.keys(t.composer.rewrite) as Schema<'Style'>[];

/** What the account's AI endpoint may do with the draft. Nothing is sent: the agent reads it, and sends or does not. */
export function AiMenu({ interaction, text, onText }: Props) {
  const [busy, setBusy] = useState(false);
  const params = { path: { id: interaction } };

  function run(answer: Promise<{ text: string }>) {
    setBusy(true);
    answer
      .then(({ text: words }) => onText(words))
      .catch(notifyProblem)
      .finally(() => setBusy(false));
  }

  return (
    <Menu position="top-end" withinPortal>
      <Menu.Target>
        <Tooltip label={t.composer.ai}>
          <ActionIcon variant="subtle" color="gray" size="lg" loading={busy} aria-label={t.composer.ai}>
            <IconSparkles size={20} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          onClick={() => run(unwrap(api.POST('/api/interactions/{id}/ai/suggest', { params, body: { wish: text } })))}
        >
          {t.composer.suggest}
        </Menu.Item>
        <Menu.Divider />
        {STYLES.map(style => (
          <Menu.Item
            key={style}
            disabled={text.trim() === ''}
            onClick={() =>
              run(unwrap(api.POST('/api/interactions/{id}/ai/rewrite', { params, body: { text, style } })))
            }
          >
            {t.composer.rewrite[style]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
