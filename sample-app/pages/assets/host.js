// What these pages know of the app they stand in: a host writes this file, and nothing else.

/** Where people go after signing in. */
export const home = { path: '/app', title: 'My notes' };

/** The host's own pages beside those for administrators, each for who has a `right`; `admin` for administrators alone. */
export const manageLinks = [{ path: '/manage/notes', title: 'All notes', right: 'admin' }];

/** The host's own fields that people fill in themselves, at registration and in their profile. */
export const ownFields = [{ name: 'company', label: 'Company', type: 'text', autocomplete: 'organization' }];

/** What an API key may be good for: the names that our routes ask for, in plain words. */
export const scopes = [
  { name: 'notes:read', words: 'Read your notes' },
  { name: 'notes:write', words: 'Write, change and delete your notes' },
];

/** Words for the codes of the host's own API. */
export const ownWords = {
  NOTES_TEXT_REQUIRED: 'Write something first.',
  NOTES_TEXT_TOO_LONG: 'Use at most 2000 characters.',
  NOTES_TEXT_INVALID: 'This holds characters that cannot be kept.',
};

/** What of the host's goes with a deleted account: lines for the dialog. `whose` is `your` or the user's name. */
export function describeDeletion(whose) {
  return [whose === 'your' ? 'all your notes' : `all notes of ${whose}`];
}

/** What of the host's is kept about the reader: for the download. */
export async function exportOwn(read) {
  const notes = [];
  for (let page = await read('/notes'); page.length > 0; page = await read(`/notes?before=${page.at(-1).id}`)) notes.push(...page);
  return { notes };
}
