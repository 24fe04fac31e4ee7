import { Injectable } from '@nestjs/common';
import { decodeProtectedHeader, jwtVerify, SignJWT } from 'jose';
import { Clock, type LoginContext } from '../../index.js';
import { after, type SignedClaims, SignedTokens } from '../../extend.js';
import { JwtSettings, type ReadyKey } from './jwt.options.js';

/** The header's `typ`: a token that somebody else's code signed with the same key is none of these (RFC 8725, section 3.11). */
const TYPE = 'at+jwt';
/** Ours have less than a thousand; a signature over a megabyte must cost nothing. */
const MAX_LENGTH = 8_192;

/** JSON Web Tokens by `jose`. */
@Injectable()
export class JoseSignedTokens extends SignedTokens {
  override readonly isOn = true;

  constructor(
    private readonly settings: JwtSettings,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async sign({ user, session, roles }: LoginContext, { sessionId, binding }: SignedClaims): Promise<{ jwt: string }> {
    const { keys, issuer, audience, lifetime } = this.settings;
    const [{ id, algorithm, signing }] = keys;
    const now = this.clock.now();
    const latest = after(now, lifetime);
    const expiresAt = session.expiresAt !== null && session.expiresAt < latest ? session.expiresAt : latest;
    const token = new SignJWT({ acc: user.username, roles: [...roles], bnd: binding })
      .setProtectedHeader({ alg: algorithm, kid: id, typ: TYPE })
      .setSubject(user.id)
      .setJti(sessionId)
      .setIssuer(issuer)
      .setIssuedAt(now)
      .setExpirationTime(expiresAt);
    if (audience !== undefined) token.setAudience(audience);
    return { jwt: await token.sign(signing) };
  }

  override async read(token: string): Promise<SignedClaims | null> {
    const key = this.keyOf(token);
    if (key === null) return null;
    try {
      const { issuer, audience } = this.settings;
      const { payload } = await jwtVerify(token, key.verifying, {
        // Of that key alone: what the header says of itself decides nothing (RFC 8725, section 3.1).
        algorithms: [key.algorithm],
        ...{ issuer, typ: TYPE, currentDate: this.clock.now(), requiredClaims: ['sub', 'jti', 'iat', 'exp', 'bnd'] },
        ...(audience !== undefined && { audience }),
      });
      const { jti, bnd } = payload;
      return typeof jti === 'string' && typeof bnd === 'string' ? { sessionId: jti, binding: bnd } : null;
    } catch {
      return null;
    }
  }

  /** By its name alone, among our own: nothing in a token says where else a key would be. */
  private keyOf(token: string): ReadyKey | null {
    if (token.length > MAX_LENGTH) return null;
    try {
      const { kid } = decodeProtectedHeader(token);
      return this.settings.keys.find(({ id }) => id === kid) ?? null;
    } catch {
      return null;
    }
  }
}
