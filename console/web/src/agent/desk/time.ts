/** Times as agents read them. */
import { useEffect, useState } from 'react';
import { t } from '@/texts/agent';
import { language } from '@/texts/language';

export const SECOND_MS = 1000;
const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;
const WEEK_DAYS = 7;

/** The browser's way to write dates, as far as it is of the language that is spoken. */
const LOCALE = navigator.languages.find(one => one.startsWith(language)) ?? language;
const CLOCK = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit' });
const TO_THE_SECOND = new Intl.DateTimeFormat(LOCALE, { timeStyle: 'medium' });
const WEEKDAY = new Intl.DateTimeFormat(LOCALE, { weekday: 'short' });
const DATE = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', year: 'numeric' });
const SHORT_DATE = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short' });

/** A length of time in its two largest units. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / SECOND_MS));
  if (seconds < MINUTE_S) return t.duration.seconds(seconds);
  if (seconds < HOUR_S) return t.duration.minutes(Math.floor(seconds / MINUTE_S));
  if (seconds < DAY_S) {
    return t.duration.hours(Math.floor(seconds / HOUR_S), Math.floor((seconds % HOUR_S) / MINUTE_S));
  }
  return t.duration.days(Math.floor(seconds / DAY_S));
}

/** How long it is from one time to another. */
export function between(from: string, to: string): string {
  return duration(Date.parse(to) - Date.parse(from));
}

export function clock(at: string): string {
  return CLOCK.format(new Date(at));
}

/** The time with its seconds. */
export function toTheSecond(at: string): string {
  return TO_THE_SECOND.format(new Date(at));
}

function daysAgo(at: Date): number {
  const midnight = new Date();
  midnight.setHours(0, 0, 0, 0);
  return Math.ceil((midnight.getTime() - at.getTime()) / (DAY_S * SECOND_MS));
}

/** The day, in words where it is near. */
export function day(at: string): string {
  const date = new Date(at);
  const ago = daysAgo(date);
  if (ago <= 0) return t.message.today;
  return ago === 1 ? t.message.yesterday : DATE.format(date);
}

/** As short as it can be said: the time, the weekday, or the date. */
export function shortly(at: string): string {
  const date = new Date(at);
  const ago = daysAgo(date);
  if (ago <= 0) return CLOCK.format(date);
  return ago < WEEK_DAYS ? WEEKDAY.format(date) : SHORT_DATE.format(date);
}

export function dateAndTime(at: string): string {
  const date = new Date(at);
  return `${DATE.format(date)}, ${CLOCK.format(date)}`;
}

/** The time now, told again every so often. */
export function useNow(everyMs = SECOND_MS): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
