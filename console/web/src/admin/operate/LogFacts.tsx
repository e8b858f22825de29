import { useEventLog } from '@/admin/operate/pipeline';
import { age, bytes, count } from '@/admin/operate/sizes';
import { dateAndTime } from '@/agent/desk/time';
import { t } from '@/texts/floor';

const words = t.pipeline;

/** How far back a replay can go, and how long events are kept. */
export function LogFacts() {
  const { data } = useEventLog();
  if (!data) return t.replays.description;
  const from = data.oldest_at ? words.logFrom(dateAndTime(data.oldest_at)) : words.logEmpty;
  const size = words.logSize(bytes(data.bytes), count(data.messages));
  return `${t.replays.description} ${words.log}: ${from}; ${size}; ${words.logKept(age(data.max_age), bytes(data.max_bytes))}.`;
}
