import { describe, expect, test } from 'vitest';
import { answersFor, type Canned, commandIn } from '@/agent/composer/canned';
import type { Desk, DeskAccount } from '@/agent/desk/queries';

const answer = (key: string, text: string) => ({ key, text }) as Canned;
const desk = { answers: [answer('hours', 'From 9 to 18'), answer('bye', 'See you in an hour')] } as unknown as Desk;
const account = { answers: [answer('hours', 'Never on Sunday'), answer('thanks', 'Thank you')] } as DeskAccount;
const keysOf = (command: string) => answersFor(command, desk, account).map(one => one.key);

describe('canned answers', () => {
  test('are looked for by a slash at the beginning, and by nothing else', () => {
    expect(['/', '/Hours', '/a-b_1'].map(commandIn)).toEqual(['', 'hours', 'a-b_1']);
    expect(['', 'and/or', '/two words', ' /hours', '/è'].map(commandIn)).toEqual([null, null, null, null, null]);
  });

  test('are found by key and by text, those whose key begins so first', () => {
    expect(keysOf('')).toEqual(['bye', 'hours', 'thanks']);
    expect(keysOf('ho')).toEqual(['hours', 'bye']);
    expect(keysOf('zzz')).toEqual([]);
  });

  test('of the account stand before those of all with the same key', () => {
    expect(answersFor('hours', desk, account).map(one => one.text)).toEqual(['Never on Sunday']);
    expect(answersFor('hours', desk, undefined).map(one => one.text)).toEqual(['From 9 to 18']);
    expect(answersFor('hours', undefined, undefined)).toEqual([]);
  });
});
