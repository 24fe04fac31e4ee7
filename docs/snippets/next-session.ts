export interface SignedInUser {
  readonly id: string;
  readonly username: string | null;
  readonly isAdmin: boolean;
}

const API = process.env['API_URL'] ?? 'http://127.0.0.1:3001';

/**
 * Who asks for this page, or `null`.
 *
 * @param cookie the request's own `Cookie` header: `(await headers()).get('cookie')`.
 * @throws Error when the API cannot answer. Show an error page then, never the sign-in page: nobody was signed out.
 */
export async function currentUser(cookie: string | null): Promise<SignedInUser | null> {
  if (cookie === null) return null;
  const answer = await fetch(`${API}/auth/session`, { headers: { cookie } });
  if (!answer.ok) throw new Error(`The API answered ${answer.status}.`);
  return ((await answer.json()) as { user: SignedInUser | null }).user;
}
