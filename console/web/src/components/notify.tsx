import { notifications } from '@mantine/notifications';
import { IconAlertTriangle, IconCheck, IconInfoCircle } from '@tabler/icons-react';
import { sentenceOf } from '@/components/ProblemAlert';
import { t } from '@/texts/common';

const LONGER_MS = 8000;

/** Says that something was done. */
export function notifyDone(message: string): void {
  notifications.show({ message, color: 'teal', icon: <IconCheck size={18} aria-hidden />, role: 'status' });
}

/** Says that something has happened without anybody here having done it. */
export function notifyNews(message: string): void {
  notifications.show({ message, color: 'blue', icon: <IconInfoCircle size={18} aria-hidden />, role: 'status' });
}

/** Says that something was not done, and why: for clicks that have no form to show it in. */
export function notifyProblem(error: unknown): void {
  notifications.show({
    title: t.problem.title,
    message: sentenceOf(error),
    color: 'red',
    icon: <IconAlertTriangle size={18} aria-hidden />,
    autoClose: LONGER_MS,
    role: 'alert',
  });
}
