import { type Attachment, attachment } from '../kernel/attachment.js';

interface Noted<V> {
  readonly request: object;
  readonly value: V;
}

/**
 * One value for each request. Express changes the prototype of every request, and to V8 each is then of a shape of its own: whatever is added to
 * it, a private field too, costs microseconds and garbage. The list of raw headers, which Node makes for each request, is a list like any other.
 */
export function perRequest<V>(): Attachment<V> {
  const notes = attachment<Noted<V>>();
  return {
    get(request) {
      const note = notes.get(bearerOf(request));
      // Whoever gives many requests one list must not show one's user to the next.
      return note?.request === request ? note.value : notes.get(request)?.value;
    },
    set(request, value) {
      const bearer = bearerOf(request);
      const isTaken = (notes.get(bearer)?.request ?? request) !== request;
      notes.set(isTaken ? request : bearer, { request, value });
    },
  };
}

/** On Fastify, whose requests are all of one shape, and for what is no request of HTTP's: the thing itself. */
function bearerOf(request: object): object {
  const { rawHeaders } = request as { readonly rawHeaders?: unknown };
  return Array.isArray(rawHeaders) ? rawHeaders : request;
}
