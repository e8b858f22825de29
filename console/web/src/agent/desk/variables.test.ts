import { expect, test } from 'vitest';
import { fill } from '@/agent/desk/variables';

test('variables are filled in, with what stands behind the bar where there is no value', () => {
  expect(fill('Hello {contact.name|there}!', { 'contact.name': 'Giulia' })).toBe('Hello Giulia!');
  expect(fill('Hello {contact.name|there}{nothing}!', { 'contact.name': '' })).toBe('Hello there!');
});

test('two braces are one, and a value is never looked at again', () => {
  expect(fill('{{price}} {contact.name}', { 'contact.name': '{account.name}', price: '5' })).toBe(
    '{price} {account.name}',
  );
});
