/** Where the phone keeps secrets: Keychain, Keystore. Never plain preferences or a web view's storage. */
export interface SecureStore {
  read(): Promise<string | null>;
  write(token: string | null): Promise<void>;
}

/** What the app does next: the user has to sign in, or the server cannot answer for the moment. */
export class SignedOut extends Error {}
export class TryLater extends Error {
  constructor(readonly seconds: number) {
    super(`try again in ${seconds} s`);
  }
}

export class NotesClient {
  constructor(
    private readonly api: string,
    private readonly store: SecureStore,
    /** What the person calls the phone: the list of devices shows it. */
    private readonly deviceName: string,
  ) {}

  async signIn(login: string, password: string): Promise<void> {
    const body = { login, password, transport: 'bearer', deviceName: this.deviceName };
    const { token } = await this.send<{ token: string }>('POST', '/auth/login', body);
    await this.store.write(token);
  }

  async signOut(): Promise<void> {
    await this.send('POST', '/auth/logout').catch((error: unknown) => {
      if (!(error instanceof SignedOut)) throw error;
    });
    await this.store.write(null);
  }

  async send<T>(method: string, path: string, body?: object): Promise<T> {
    const token = await this.store.read();
    const response = await fetch(this.api + path, {
      method,
      headers: {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.ok) return (text === '' ? {} : JSON.parse(text)) as T;
    // Only 401 says that the session is over. A 503 or a dead network does not: keep the token.
    if (response.status === 401) {
      if (token !== null) await this.store.write(null);
      throw new SignedOut();
    }
    if (response.status === 429 || response.status === 503) throw new TryLater(Number(response.headers.get('retry-after') ?? 5));
    throw new Error((JSON.parse(text) as { code?: string }).code ?? `HTTP ${response.status}`);
  }
}
