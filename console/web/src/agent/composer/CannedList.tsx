import { Paper, Text } from '@mantine/core';
import classes from '@/agent/composer/Composer.module.css';
import type { Canned } from '@/agent/composer/canned';
import { t } from '@/texts/agent';

interface Props {
  id: string;
  answers: readonly Canned[];
  active: number;
  onChoose: (answer: Canned) => void;
}

/** The answers that fit what is typed. The focus stays in the text; its keys go through the list. */
export function CannedList({ id, answers, active, onChoose }: Props) {
  return (
    <Paper shadow="md" withBorder className={classes.canned ?? ''}>
      <div id={id} role="listbox" aria-label={t.composer.canned} tabIndex={-1}>
        {answers.length === 0 && (
          <Text size="sm" c="dimmed" p="xs">
            {t.composer.noCanned}
          </Text>
        )}
        {answers.map((answer, index) => (
          <div
            key={answer.key}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            className={classes.answer}
            onMouseDown={event => {
              event.preventDefault();
              onChoose(answer);
            }}
          >
            <Text size="sm" fw={600} span>
              /{answer.key}
            </Text>
            <Text size="sm" c="dimmed" truncate span ml={8}>
              {answer.text}
            </Text>
          </div>
        ))}
      </div>
    </Paper>
  );
}
