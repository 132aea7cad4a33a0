import { expect, it } from 'vitest';
import { receivers } from '../receivers.ts';
import { messageName, messages, receiversOf, sendersOf } from './index.ts';
import { StaffActed } from './staff.ts';
import { UserRegistered } from './user.ts';

it('knows the receivers of each message, and none of one that nobody defined', () => {
  for (const { type, version } of messages)
    expect(receiversOf(type, version)).toBe(receivers[messageName({ type, version })]);
  expect(receiversOf('order.forgotten', 1)).toBeUndefined();
});

it('does not know the receivers of a message that the table lacks, so that the relay keeps it', () => {
  const table = receivers as Record<string, readonly string[]>;
  const { 'order.confirmed.v1': listed = [] } = table;
  delete table['order.confirmed.v1'];
  try {
    expect(receiversOf('order.confirmed', 1)).toBeUndefined();
  } finally {
    table['order.confirmed.v1'] = listed;
  }
});

it('a message has its owner as its sender, or any service', () => {
  expect(sendersOf(UserRegistered, ['order', 'user'])).toEqual(['user']);
  expect(sendersOf(StaffActed, ['order', 'user'])).toEqual(['order', 'user']);
});
