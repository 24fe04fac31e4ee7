import type { RuntimeOptions } from './users.options.js';

interface Weakening {
  readonly path: string;
  readonly isOn: (options: RuntimeOptions) => boolean;
  readonly sentence: string;
}

const WEAKENINGS: readonly Weakening[] = [
  {
    path: 'registration.allowUnconfirmedLogin',
    isOn: ({ registration }) => registration?.allowUnconfirmedLogin === true,
    sentence: 'people sign in before they have shown that the address is theirs.',
  },
  {
    path: 'registration.firstUserIsAdmin',
    isOn: ({ registration }) => registration?.firstUserIsAdmin === true,
    sentence: 'whoever is first to have an account administrates this app.',
  },
  {
    path: 'sessions.allowNonExpiring',
    isOn: ({ sessions }) => sessions?.allowNonExpiring === true,
    sentence: 'a trusted caller can open sessions that never end by themselves.',
  },
  {
    path: 'mail.allowNoMail',
    isOn: ({ mail }) => mail?.allowNoMail === true,
    sentence: 'no mail goes out: nobody can confirm an address or reset a password.',
  },
  {
    path: 'captcha.allowWhenUnavailable',
    isOn: ({ captcha }) => captcha?.allowWhenUnavailable === true,
    sentence: 'whoever can keep the captcha from answering needs none.',
  },
  {
    path: 'http.cookie.sameSite',
    isOn: ({ http }) => http?.cookie?.sameSite === 'none',
    sentence: "other sites' pages send the session cookie along: only the cross-site rule is left.",
  },
];

/** A sentence for each option by which the host made his app weaker than ours is: they go into the log at start-up, so that none is forgotten. */
export function weakSettingsOf(options: RuntimeOptions): string[] {
  return WEAKENINGS.filter(({ isOn }) => isOn(options)).map(({ path, sentence }) => `${path} is set: ${sentence}`);
}
