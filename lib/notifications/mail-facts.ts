import { isIP } from 'node:net';
import { guessDevice } from '../kernel/device.js';
import type { RequestSource } from '../kernel/request-source.js';
import type { Notification } from './notification.js';
import type { MailSettings } from './notifications.options.js';

/** What a mail's words are made of besides the notification. Nothing in here was written by whoever caused the mail. */
export interface MailFacts {
  readonly appName: string;
  /** Where the app is: `baseUrl`. */
  readonly appUrl: string;
  /** Where the button leads, the token in the fragment; the sign-in page for a notification without a token. */
  readonly link: string;
  /** `'12 hours'`, counted from now; `null` without a token. */
  readonly lifetime: string | null;
  readonly signInUrl: string;
  readonly forgotUrl: string;
  readonly accountUrl: string;
  readonly devicesUrl: string;
  /** `'Chrome on macOS, 198.51.100.4'`, or what is known of it, or `null`. */
  readonly source: string | null;
  /** True when an answer to the mail reaches a human. */
  readonly canReply: boolean;
}

/** Collects the facts for one notification. */
export function mailFacts(notification: Notification, settings: MailSettings, now: Date): MailFacts {
  const { appName, baseUrl: appUrl, urls, replyTo } = settings;
  return {
    appName,
    appUrl,
    link: linkOf(notification, urls),
    lifetime: 'expiresAt' in notification ? lengthInWords(notification.expiresAt.getTime() - now.getTime()) : null,
    signInUrl: urls.signIn,
    forgotUrl: urls.forgot,
    accountUrl: urls.account,
    devicesUrl: urls.devices,
    source: sourceInWords(notification.from),
    canReply: replyTo !== null,
  };
}

/** @returns `'3 Nov 2026, 09:12 UTC'` */
export function instantInWords(at: Date): string {
  const day = at.toLocaleDateString('en-US', { day: 'numeric', timeZone: 'UTC' });
  const month = at.toLocaleDateString('en-US', { month: 'short', timeZone: 'UTC' });
  return `${day} ${month} ${at.getUTCFullYear()}, ${at.toISOString().slice(11, 16)} UTC`;
}

/** @returns the length in its largest whole unit: `'one hour'`, `'90 minutes'`, `'7 days'`. */
export function lengthInWords(length: number): string {
  const minutes = Math.max(1, Math.round(length / 60_000));
  if (minutes % 1_440 === 0 && minutes > 1_440) return `${minutes / 1_440} days`;
  if (minutes % 60 === 0) return minutes === 60 ? 'one hour' : `${minutes / 60} hours`;
  return minutes === 1 ? 'one minute' : `${minutes} minutes`;
}

/** The token stands in the fragment: browsers send that to no server, so no log and no `Referer` gets it. */
function linkOf(notification: Notification, urls: MailSettings['urls']): string {
  const withToken = (url: string, token: string): string => `${url}#token=${encodeURIComponent(token)}`;
  if (notification.kind === 'confirm-email') return withToken(urls.confirm, notification.token);
  if (notification.kind === 'confirm-new-email') return withToken(urls.confirmNewEmail, notification.token);
  if (notification.kind === 'reset-password') return withToken(urls.reset, notification.token);
  if (notification.kind === 'invitation') return withToken(urls.invitation, notification.token);
  return urls.signIn;
}

function sourceInWords({ ip, userAgent }: RequestSource): string | null {
  const known = [guessDevice(userAgent), ip !== null && isIP(ip) !== 0 ? ip.replace(/%.*$/s, '') : null].filter((fact) => fact !== null);
  return known.length === 0 ? null : known.join(', ');
}
