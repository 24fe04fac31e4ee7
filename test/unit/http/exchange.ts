import { type HttpAnswer, HttpExchange, type HttpRequest } from '../../../lib/http/http-exchange.js';

export interface Written {
  readonly headers: Map<string, string>;
  readonly cookies: string[];
}

/** An exchange as Node would show it: repeated headers in `rawHeaders`, joined or dropped in `headers`. */
export function exchangeWith(
  headers: readonly (readonly [string, string])[],
  request: HttpRequest = {},
): HttpExchange & { written: Written } {
  const seen: Record<string, string> = {};
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    if (key === 'authorization' || key === 'host') seen[key] ??= value;
    else seen[key] = key in seen ? `${seen[key]}${key === 'cookie' ? '; ' : ', '}${value}` : value;
  }
  const written: Written = { headers: new Map(), cookies: [] };
  const answer: HttpAnswer = {
    get: (name) => written.headers.get(name),
    set: (name, value) => void written.headers.set(name, value),
    append: (_name, value) => void written.cookies.push(value),
    status: () => undefined,
  };
  return Object.assign(
    new HttpExchange(
      { method: 'POST', protocol: 'http', headers: seen, rawHeaders: headers.flat(), ...request },
      () => '192.0.2.1',
      answer,
    ),
    { written },
  );
}
