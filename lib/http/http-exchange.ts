import type { RequestSource } from '../kernel/request-source.js';
import type { SessionContext } from '../sessions/session.js';

/** What Express's and Fastify's requests have in common, as far as we read it. Nothing in it has been checked. */
export interface HttpRequest {
  readonly method?: unknown;
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Express's request is Node's own. */
  readonly rawHeaders?: readonly string[];
  /** Fastify's request holds Node's. */
  readonly raw?: { readonly rawHeaders?: readonly string[] };
  readonly protocol?: unknown;
  readonly body?: unknown;
  readonly params?: unknown;
  readonly query?: unknown;
}

/** How an answer gets its headers, on either framework. */
export interface HttpAnswer {
  get(name: string): unknown;
  set(name: string, value: string): void;
  append(name: string, value: string): void;
  /** Takes the place of the route's usual status. */
  status(code: number): void;
}

const NO_ANSWER: HttpAnswer = { get: () => undefined, set: () => undefined, append: () => undefined, status: () => undefined };
const MAX_USER_AGENT = 512;

/** One request and its answer, the same on both frameworks. */
export class HttpExchange {
  /** What became of its credential: asked once, however many guards stand before a handler. */
  session: Promise<SessionContext> | undefined;

  constructor(
    private readonly request: HttpRequest,
    /** Asked only by who counts by it: for most requests nobody does. */
    private readonly ip: () => string | null,
    /** Left out where only the request is known, as in a Passport strategy: headers then go nowhere. */
    readonly answer: HttpAnswer = NO_ANSWER,
    /** Where the method does not tell: a query by GET reads, a socket's handshake by GET does not. */
    private readonly isReading?: boolean,
  ) {}

  get method(): string {
    return typeof this.request.method === 'string' ? this.request.method.toUpperCase() : '';
  }

  /** RFC 9110, section 9.2.1: such a request changes nothing; ours never do. */
  get isSafe(): boolean {
    return this.isReading ?? ['GET', 'HEAD', 'OPTIONS'].includes(this.method);
  }

  /** Over TLS, as the framework tells it: behind a proxy only where the host trusts that proxy. */
  get isSecure(): boolean {
    return this.request.protocol === 'https';
  }

  get body(): unknown {
    return this.request.body;
  }

  /** Node joins what came twice, or drops the second: ask {@link count} where that matters. */
  header(name: string): string | undefined {
    const value = this.request.headers?.[name];
    return typeof value === 'string' ? value : value?.join(', ');
  }

  /** How often a header was sent. Node shows the first of two `Authorization` headers as if it were alone. */
  count(name: string): number {
    const raw = this.request.rawHeaders ?? this.request.raw?.rawHeaders ?? [];
    let seen = 0;
    // Names and values in turn. At each request, so without a copy of every name.
    for (let index = 0; index < raw.length; index += 2) {
      const sent = raw[index] as string;
      if (sent.length === name.length && sent.toLowerCase() === name) seen += 1;
    }
    return seen === 0 && this.header(name) !== undefined ? 1 : seen;
  }

  param(name: string): unknown {
    return own(this.request.params, name);
  }

  /** As a plain object: Fastify's has a prototype of its own. Values are texts, or lists of texts where a name came twice. */
  get query(): Record<string, unknown> {
    return typeof this.request.query === 'object' && this.request.query !== null ? { ...this.request.query } : {};
  }

  get source(): RequestSource {
    return { ip: this.ip(), userAgent: this.header('user-agent')?.slice(0, MAX_USER_AGENT) ?? null };
  }

  /** With what the client shows to be a person's, for what may ask for that. */
  get sourceOfPerson(): RequestSource {
    return { ...this.source, captcha: own(this.body, 'captcha') };
  }

  /** Adds to `Vary` what of `names`, separated by commas, is not there yet: the host's CORS may have written it before. */
  vary(names: string): void {
    const given = this.answer.get('Vary');
    if (given === undefined) return this.answer.set('Vary', names);
    const before = typeof given === 'string' ? given : Array.isArray(given) ? given.join(', ') : '';
    const known = before.toLowerCase().split(/\s*,\s*/);
    const added = names.split(', ').filter((name) => !known.includes(name.toLowerCase()));
    if (added.length > 0) this.answer.set('Vary', [before, ...added].filter(Boolean).join(', '));
  }
}

function own(values: unknown, name: string): unknown {
  return typeof values === 'object' && values !== null && Object.hasOwn(values, name)
    ? (values as Record<string, unknown>)[name]
    : undefined;
}
