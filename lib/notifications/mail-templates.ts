import { instantInWords, type MailFacts } from './mail-facts.js';
import type { MailBody, MailLink, MailWords } from './mail-words.js';
import { maskEmail } from './mask-email.js';
import type { NotificationKind, NotificationOf } from './notification.js';

/** Says what a notification says. Words are rendered and escaped by the library; a template that returns a body escapes it itself. */
export type MailTemplate<K extends NotificationKind> = (notification: NotificationOf<K>, facts: MailFacts) => MailWords | MailBody;

export type MailTemplates = { readonly [K in NotificationKind]: MailTemplate<K> };

/**
 * The library's own words. They hold nothing that a person wrote, not even a name: whoever registers a stranger's address could
 * otherwise send him any sentence and any link in the app's name.
 */
export const MAIL_TEMPLATES: MailTemplates = {
  'confirm-email': (_, facts) => ({
    subject: `Confirm your email for ${facts.appName}`,
    lines: [
      `Press the link to finish. It works for ${facts.lifetime ?? 'a while'}.`,
      button('Confirm your email', facts),
      'If you did not ask for this, do nothing: no account will be usable.',
    ],
    footer: footer(facts),
  }),

  'already-registered': (_, facts) => ({
    subject: `You already have an account at ${facts.appName}`,
    lines: [
      'Someone, perhaps you, tried to make an account with this address. You can sign in or choose a new password.',
      { label: 'Sign in', url: facts.signInUrl },
      { label: 'Choose a new password', url: facts.forgotUrl },
      'If it was not you, do nothing.',
    ],
    footer: footer(facts),
  }),

  'reset-password': (_, facts) => ({
    subject: `Choose a new password for ${facts.appName}`,
    lines: [
      `The link works once, for ${facts.lifetime ?? 'a while'}.`,
      button('Choose a new password', facts),
      'If you did not ask for this, do nothing: your password stays.',
      ...(facts.source === null ? [] : [`Asked from ${facts.source}.`]),
    ],
    footer: footer(facts),
  }),

  'password-changed': ({ at, othersEnded }, facts) => ({
    subject: `Your ${facts.appName} password was changed`,
    lines: [
      `On ${instantInWords(at)}${facts.source === null ? '' : `, from ${facts.source}`}. Other devices ${othersEnded ? 'were signed out' : 'stay signed in'}.`,
      'Not you? Choose a new password at once.',
      { label: 'Choose a new password', url: facts.forgotUrl },
    ],
    footer: footer(facts),
  }),

  'new-sign-in': ({ at }, facts) => ({
    subject: `New sign-in to ${facts.appName}`,
    lines: [
      `${facts.source ?? 'A new device'}, ${instantInWords(at)}.`,
      'You? Fine. Not you? Sign it out and change your password.',
      { label: 'Sign it out and change your password', url: facts.devicesUrl },
    ],
    footer: footer(facts),
  }),

  'sign-in-linked': ({ provider, at }, facts) => ({
    subject: `New way to sign in to ${facts.appName}`,
    lines: [
      `An account at ${provider} can sign in to yours from now on: ${facts.source ?? 'a device'}, ${instantInWords(at)}.`,
      'You? Fine. Not you? Unlink it and change your password.',
      { label: 'Your account', url: facts.accountUrl },
    ],
    footer: footer(facts),
  }),

  'confirm-new-email': (_, facts) => ({
    subject: `Confirm your new email for ${facts.appName}`,
    lines: [
      `Press the link to finish. It works for ${facts.lifetime ?? 'a while'}.`,
      button('Confirm your new email', facts),
      'Until you confirm, the old address stays.',
    ],
    footer: footer(facts),
  }),

  'email-changing': ({ newEmail }, facts) => ({
    subject: `Your ${facts.appName} email is being changed`,
    lines: [
      `To ${maskEmail(newEmail)}.`,
      `Not you? Sign in and cancel${facts.canReply ? ', or answer this mail' : ''}.`,
      { label: 'Sign in and cancel', url: facts.accountUrl },
    ],
    footer: footer(facts),
  }),

  'email-changed': ({ newEmail, at }, facts) => ({
    subject: `Your ${facts.appName} email was changed`,
    lines: [
      `To ${maskEmail(newEmail)}, on ${instantInWords(at)}${facts.source === null ? '' : `, from ${facts.source}`}. Other devices were signed out.`,
      `Not you? ${facts.canReply ? 'Answer this mail at once.' : `Tell whoever runs ${facts.appName} at once.`}`,
      { label: 'Your account', url: facts.accountUrl },
    ],
    footer: footer(facts),
  }),

  invitation: (_, facts) => ({
    subject: `You are invited to ${facts.appName}`,
    lines: [
      `Choose a password to start. The link works once, for ${facts.lifetime ?? 'a while'}.`,
      button('Choose a password', facts),
      'If you do not want this, do nothing: no account will be usable.',
    ],
    footer: `You get this because someone invited this address to ${facts.appName} (${facts.appUrl}).`,
  }),
};

function button(label: string, { link }: MailFacts): MailLink {
  return { label, url: link };
}

function footer({ appName, appUrl }: MailFacts): string {
  return `You get this because someone used this address at ${appName} (${appUrl}).`;
}
