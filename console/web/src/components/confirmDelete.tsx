import { List, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { notifyDone, notifyProblem } from '@/components/notify';
import { t } from '@/texts/common';

const NAMED = 5;

interface Deletion {
  /** What is deleted, by name. */
  names: readonly string[];
  /** What follows from it, where that is not plain. */
  consequence?: string;
  /** Deletes; what it returns are warnings, which are shown. */
  run: () => Promise<readonly string[] | undefined>;
  onDone?: () => void;
}

/** Asks, deletes, and says how that went. */
export function confirmDelete({ names, consequence, run, onDone }: Deletion): void {
  const listed = t.confirmDelete.listed(names.slice(0, NAMED).join(', '), names.length - NAMED);
  modals.openConfirmModal({
    title: t.confirmDelete.title(names.length, names[0] ?? ''),
    children: (
      <Text size="sm">
        {names.length > 1 && `${listed}. `}
        {consequence ?? t.confirmDelete.body}
      </Text>
    ),
    labels: { confirm: t.action.delete, cancel: t.action.cancel },
    confirmProps: { color: 'red', 'data-autofocus': true },
    onConfirm: () => {
      run()
        .then(warnings => {
          notifyDone(t.deleted(names.length));
          if (warnings?.length) showWarnings(warnings);
          onDone?.();
        })
        .catch(notifyProblem);
    },
  });
}

/** Warnings are not over in some seconds: they stay until they are read. */
export function showWarnings(warnings: readonly string[]): void {
  modals.open({
    title: t.warnings,
    children: (
      <List size="sm">
        {warnings.map(one => (
          <List.Item key={one}>{one}</List.Item>
        ))}
      </List>
    ),
  });
}
