import { expect, it } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { guest, type Viewer } from '#contracts/viewer.ts';
import { somebody } from '#kit/user/viewers.ts';
import { addressKey, limitKey } from './limit-key.ts';

it.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:aaaa:bbbb:cccc:dddd', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8::1:2:3:4:5', '2001:db8:0:1::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::ffff:cb00:7107', '203.0.113.7'],
  ['0:0:0:0:0:FFFF:203.0.113.7', '203.0.113.7'],
  ['64:ff9b::203.0.113.7', '64:ff9b:0:0::/64'],
  ['nowhere', 'nowhere'],
])('%s counts as %s', (ip, key) => {
  expect(addressKey(ip)).toBe(key);
});

it('counts a person and a machine by their ids wherever they are, and a guest by address, whatever session', () => {
  const person = somebody();
  const machine: Viewer = { kind: 'apiKey', id: newId('ApiKey'), permissions: [] };
  for (const viewer of [person, machine])
    expect([limitKey(viewer, '2001:db8::1'), limitKey(viewer, '203.0.113.7')]).toEqual([viewer.id, viewer.id]);
  const withSession: Viewer = { kind: 'guest', session: { guestId: newId('Guest'), sessionId: newId('Session') } };
  for (const viewer of [guest, withSession]) expect(limitKey(viewer, '2001:db8::1')).toBe(addressKey('2001:db8::2'));
});
