/** An error of the API: `code` is stable, the words for people are yours. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    /** Seconds after which another try makes sense (429, 503). */
    readonly retryAfter: number | null,
  ) {
    super(code);
  }
}

const API = 'https://api.notes.example';

/** One request to the API; the browser sends the session's cookie along. */
export async function api<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(API + path, {
    method,
    credentials: 'include', // without it a request to another origin carries no cookie and keeps none
    ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = (text === '' ? {} : JSON.parse(text)) as T & { code?: string };
  if (response.ok) return answer;
  const retryAfter = response.headers.get('retry-after');
  throw new ApiError(response.status, answer.code ?? 'UNKNOWN', retryAfter === null ? null : Number(retryAfter));
}

/** The part of `window` that is needed here. */
interface PageWindow {
  readonly location: { readonly hash: string; readonly pathname: string };
  readonly history: { replaceState(data: null, unused: string, url: string): void };
}

/** `takeToken(window)`: the token of a mailed link. It stands behind `#`, so no server saw it; it leaves the address bar at once. */
export function takeToken({ location, history }: PageWindow): string {
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
  history.replaceState(null, '', location.pathname);
  return token;
}
