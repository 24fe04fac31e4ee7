import { NotJsonError } from './http.errors.js';

export type BodyHeaders = (name: string) => string | undefined;

/**
 * A page of another site can send `text/plain`, forms and bodies without a type without asking first (OWASP ASVS 5.0, 3.5.2), and
 * Nest parses forms by itself: only JSON is read, and only JSON that says so.
 *
 * @throws NotJsonError when there is a body of another type. Without a body any type will do.
 */
export function requireJson(header: BodyHeaders): void {
  if (!hasBody(header)) return;
  const mediaType = header('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json') throw new NotJsonError();
}

/** RFC 9112, section 6.3: a request has a body when it says how long that is. HTTP/2 need not say, so there a type tells. */
export function hasBody(header: BodyHeaders): boolean {
  const length = header('content-length');
  if (length === undefined && header(':method') !== undefined) return header('content-type') !== undefined;
  return header('transfer-encoding') !== undefined || Number(length ?? 0) !== 0;
}
