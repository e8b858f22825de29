/** Sizes, rates and lengths of time as operators read them. */
import { duration, SECOND_MS } from '@/agent/desk/time';
import { t } from '@/texts/floor';
import { language } from '@/texts/language';

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
const THOUSAND = 1000;
const SMALL_RATE = 10;

const WHOLE = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });

export function count(value: number): string {
  return WHOLE.format(value);
}

/** A number of bytes in the unit that suits it. */
export function bytes(value: number): string {
  const power = value > 0 ? Math.min(UNITS.length - 1, Math.floor(Math.log(value) / Math.log(THOUSAND))) : 0;
  const unit = UNITS[power] ?? 'byte';
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: power > 0 ? 1 : 0,
  }).format(value / THOUSAND ** power);
}

/** How many a second. */
export function perSecond(rate: number): string {
  return t.pipeline.perSecond(rate < SMALL_RATE ? TENTHS.format(rate) : WHOLE.format(rate));
}

/** The age of the oldest message in hand, in seconds; null: nobody can say. */
export function lagOf(seconds: number | null): string {
  return seconds === null ? t.pipeline.unknownLag : duration(seconds * SECOND_MS);
}

const AGE_UNITS: Readonly<Record<string, string>> = {
  Y: 'year',
  M: 'month',
  D: 'day',
  h: 'hour',
  m: 'minute',
  s: 'second',
};

/** An age as the broker writes it (`7D`), in words. */
export function age(written: string): string {
  const found = /^(\d+)([YMDhms])$/.exec(written);
  const unit = AGE_UNITS[found?.[2] ?? ''];
  if (!found || !unit) return written;
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(Number(found[1]));
}
