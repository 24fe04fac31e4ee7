export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON, or the text where it is none. */
  readonly body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- a test reads what a stranger's program would
  readonly text: string;
}

export interface HttpRequest {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string;
}

/** A client as a browser is one: it keeps cookies and says where its requests come from. */
export class HttpClient {
  readonly cookies = new Map<string, string>();

  constructor(private readonly base: string) {}

  get(path: string, request?: HttpRequest): Promise<HttpAnswer> {
    return this.send('GET', path, request);
  }

  post(path: string, body?: unknown, request?: HttpRequest): Promise<HttpAnswer> {
    return this.send('POST', path, { ...request, body });
  }

  put(path: string, body?: unknown, request?: HttpRequest): Promise<HttpAnswer> {
    return this.send('PUT', path, { ...request, body });
  }

  patch(path: string, body?: unknown, request?: HttpRequest): Promise<HttpAnswer> {
    return this.send('PATCH', path, { ...request, body });
  }

  delete(path: string, request?: HttpRequest): Promise<HttpAnswer> {
    return this.send('DELETE', path, request);
  }

  async send(method: string, path: string, { body, headers, token }: HttpRequest = {}): Promise<HttpAnswer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(`${this.base}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        'sec-fetch-site': 'same-origin',
        ...(cookie !== '' && { cookie }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    for (const line of response.headers.getSetCookie()) this.keep(line);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  }

  private keep(line: string): void {
    const [pair = '', ...attributes] = line.split(/; */);
    const [name = '', value = ''] = pair.split('=');
    if (attributes.some((attribute) => attribute.toLowerCase() === 'max-age=0')) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
