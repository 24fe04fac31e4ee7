import assert from 'node:assert/strict';
import type { Notification, Notifier } from '../../../index.js';
import { contract, type Make } from './contract-case.js';
import { outputOf } from './output.js';

/** What somebody received: to whom it went, and all of its text. */
export interface DeliveredMessage {
  readonly to: string;
  readonly text: string;
}

/** A notifier alone, or with what arrived so far: then the contract looks into that, too. */
export type NotifierSubject =
  Notifier | { readonly notifier: Notifier; readonly delivered: () => readonly DeliveredMessage[] | Promise<readonly DeliveredMessage[]> };

const TOKEN = '0199a000-0000-7000-8000-000000000001.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ';
const AT = new Date('2026-11-03T10:12:00.000Z');
const ANN = { id: '0199a000-0000-7000-8000-000000000002', username: 'ann', displayName: 'Ann' };
const HOSTILE = { id: ANN.id, username: 'a\r\nBcc: eve@example.net', displayName: '<img src=x onerror=alert(1)>{{7*7}}\u202e\ud800' };
const FROM = { ip: '203.0.113.7', userAgent: 'Mozilla/5.0 (Windows NT 10.0)' };
const NOWHERE = { ip: null, userAgent: null };
const ADDRESS = 'ann@example.com';

/** What every {@link Notifier} keeps. */
export const notifierContract = contract<NotifierSubject>({
  'a notifier takes every kind of notification': async (make) => {
    const { notifier } = await partsOf(make);
    for (const notification of everyKind({ to: ADDRESS, user: ANN, from: FROM })) await notifier.notify(notification);
  },
  'a notifier takes a notification of which nothing more is known': async (make) => {
    const { notifier } = await partsOf(make);
    for (const notification of everyKind({ to: ADDRESS, user: null, from: NOWHERE })) await notifier.notify(notification);
  },
  'a notifier takes names that somebody wrote to do harm': async (make) => {
    const { notifier } = await partsOf(make);
    for (const notification of everyKind({ to: ADDRESS, user: HOSTILE, from: { ip: null, userAgent: '\r\n\r\n<b>' } })) {
      await notifier.notify(notification);
    }
  },
  'a notifier leaves the notification as it is': async (make) => {
    const { notifier } = await partsOf(make);
    const [given, kept] = [
      everyKind({ to: ADDRESS, user: { ...ANN }, from: { ...FROM } }),
      everyKind({ to: ADDRESS, user: ANN, from: FROM }),
    ];
    for (const notification of given) await notifier.notify(notification);
    assert.deepEqual(given, kept);
  },
  'a notifier keeps the token out of the log': async (make) => {
    const { notifier } = await partsOf(make);
    const output = await outputOf(async () => {
      for (const notification of everyKind({ to: ADDRESS, user: ANN, from: FROM })) await notifier.notify(notification);
    });
    assert.ok(!output.includes(TOKEN) && !output.includes(TOKEN.slice(-20)), 'the token was printed');
  },
  'what a notifier delivers goes to the one address, with the token where there is one': async (make) => {
    const { notifier, delivered } = await partsOf(make);
    if (delivered === undefined) return;
    for (const notification of everyKind({ to: ADDRESS, user: ANN, from: FROM })) {
      const before = (await delivered()).length;
      await notifier.notify(notification);
      const [message, ...more] = (await delivered()).slice(before);
      assert.ok(message !== undefined && more.length === 0, `${notification.kind} made ${more.length + (message ? 1 : 0)} messages`);
      assert.equal(message.to, ADDRESS);
      assert.equal(message.text.includes(TOKEN), 'token' in notification, `${notification.kind}: its token`);
    }
  },
});

async function partsOf(
  make: Make<NotifierSubject>,
): Promise<{ notifier: Notifier; delivered?: () => readonly DeliveredMessage[] | Promise<readonly DeliveredMessage[]> }> {
  const subject = await make();
  return 'notifier' in subject ? subject : { notifier: subject };
}

function everyKind(about: Pick<Notification, 'to' | 'user' | 'from'>): Notification[] {
  const link = { token: TOKEN, expiresAt: new Date(AT) };
  return [
    { ...about, kind: 'confirm-email', ...link },
    { ...about, kind: 'already-registered' },
    { ...about, kind: 'reset-password', ...link },
    { ...about, kind: 'password-changed', at: new Date(AT), othersEnded: true },
    { ...about, kind: 'new-sign-in', at: new Date(AT) },
    { ...about, kind: 'sign-in-linked', at: new Date(AT), provider: 'google' },
    { ...about, kind: 'confirm-new-email', ...link },
    { ...about, kind: 'email-changing', newEmail: 'ann@example.net' },
    { ...about, kind: 'email-changed', newEmail: 'ann@example.net', at: new Date(AT) },
    { ...about, kind: 'invitation', ...link, invitedBy: about.user },
  ];
}
