import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

/** What the provider says of whoever stands before it. */
export type Claims = Readonly<Record<string, unknown>> & { readonly sub: string };

interface Grant {
  readonly nonce: string | null;
  readonly challenge: string;
  readonly claims: Claims;
}

/** An OpenID provider on loopback: discovery, authorization with PKCE, tokens signed with a key that it publishes. Everybody who comes is `person`. */
export class OpenIdProvider {
  person: Claims = { sub: '1' };
  /** Signs with a key that nobody knows. */
  isForging = false;
  private readonly grants = new Map<string, Grant>();

  private constructor(
    private readonly server: Server,
    private readonly keys: { readonly own: CryptoKey; readonly strange: CryptoKey; readonly published: JWK },
  ) {}

  static async start(): Promise<OpenIdProvider> {
    const [own, strange] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
    const published = { ...(await exportJWK(own.publicKey)), kid: 'own', alg: 'RS256', use: 'sig' };
    const server = createServer((request, response) => {
      void provider.answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
    const provider = new OpenIdProvider(server, { own: own.privateKey, strange: strange.privateKey, published });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return provider;
  }

  get issuer(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', this.issuer);
    const json = (body: object, status = 200): unknown =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (url.pathname === '/.well-known/openid-configuration') json(this.metadata());
    else if (url.pathname === '/keys') json({ keys: [this.keys.published] });
    else if (url.pathname === '/authorize') response.writeHead(302, { location: this.authorize(url.searchParams) }).end();
    else if (url.pathname === '/token') await this.token(new URLSearchParams(await text(request)), json);
    else json({}, 404);
  }

  private metadata(): object {
    const { issuer } = this;
    return {
      issuer,
      ...{ authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys` },
      ...{ response_types_supported: ['code'], subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256'] },
      code_challenge_methods_supported: ['S256'],
    };
  }

  private authorize(query: URLSearchParams): string {
    const code = randomUUID();
    this.grants.set(code, { nonce: query.get('nonce'), challenge: query.get('code_challenge') ?? '', claims: this.person });
    const back = new URL(query.get('redirect_uri') ?? '');
    back.searchParams.set('code', code);
    back.searchParams.set('state', query.get('state') ?? '');
    return back.href;
  }

  private async token(form: URLSearchParams, json: (body: object, status?: number) => unknown): Promise<void> {
    const grant = this.grants.get(form.get('code') ?? '');
    this.grants.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (grant?.challenge !== challenge) return void json({ error: 'invalid_grant' }, 400);
    const token = new SignJWT({ ...grant.claims, nonce: grant.nonce })
      .setProtectedHeader({ alg: 'RS256', kid: 'own' })
      .setIssuer(this.issuer)
      .setAudience('notes')
      .setIssuedAt()
      .setExpirationTime('5m');
    const signed = await token.sign(this.isForging ? this.keys.strange : this.keys.own);
    json({ access_token: randomUUID(), token_type: 'Bearer', expires_in: 300, id_token: signed });
  }
}
