/** Shorter ones are refused for their length anyway: no host can set a smaller minimum. */
const MIN_LENGTH = 8;

let loading: Promise<ReadonlySet<string>> | undefined;

/**
 * The passwords that attackers try first, in lower case: every entry of eight characters or more of the lists in
 * `@zxcvbn-ts/language-common`, about 20 000. Loaded at the first question, once for the process (about 4 MB).
 */
export function loadCommonPasswords(): Promise<ReadonlySet<string>> {
  loading ??= readLists();
  return loading;
}

async function readLists(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  const common = new Set<string>();
  for (const list of Object.values(dictionary)) {
    for (const entry of list) if (entry.length >= MIN_LENGTH) common.add(comparable(entry));
  }
  return common;
}

/** The form in which a password is compared with the list. */
export function comparable(password: string): string {
  return password.normalize('NFC').toLowerCase();
}
