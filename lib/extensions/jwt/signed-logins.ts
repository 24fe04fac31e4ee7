import type { UsersExtension } from '../../extend.js';
import { JoseSignedTokens } from './jose-signed-tokens.js';
import { JwtSettings, resolveJwtOptions, type SignedLoginsOptions } from './jwt.options.js';

/**
 * Gives each log-in a signed token as well, under `extras.jwt`: `UsersModule.forRoot({ extensions: [signedLogins({ keys, issuer })] })`. Another
 * service can read who it is; here it is looked up at each request, and dies with its session.
 *
 * @throws InvalidOptionsError.
 */
export function signedLogins(options: SignedLoginsOptions): UsersExtension {
  const settings = resolveJwtOptions(options);
  return {
    name: 'jwt',
    partsFor: () => ({ providers: [{ provide: JwtSettings, useValue: settings }], ports: { signedTokens: JoseSignedTokens } }),
  };
}
