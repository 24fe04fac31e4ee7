import type { DescribedSpace } from './described-space.js';
import type { OperationAccess } from './operation.js';

const HOST_PREFIX = '__Host-';

/** How a client shows who it is, by the names `authCookie`, `authBearer` and `authApiKey`: what the option `http.carriers` leaves of them. */
export function schemesOf({ name, http }: DescribedSpace): Record<string, object> {
  const { carriers } = http;
  return {
    ...(carriers.includes('cookie') && { [`${name}Cookie`]: { type: 'apiKey', in: 'cookie', name: cookieNameOf(http) } }),
    ...(carriers.includes('bearer') && { [`${name}Bearer`]: { type: 'http', scheme: 'bearer' } }),
    ...(carriers.includes('apiKey') && { [`${name}ApiKey`]: { type: 'apiKey', in: 'header', name: 'X-Api-Key' } }),
  };
}

/** One of the schemes, or none where nobody is asked. An empty requirement beside them says that they are optional. */
export function securityOf(space: DescribedSpace, access: OperationAccess, takesKeys: boolean): Record<string, string[]>[] {
  if (access === 'public') return [];
  const schemes = Object.keys(schemesOf(space)).filter((scheme) => takesKeys || scheme !== `${space.name}ApiKey`);
  const any = schemes.map((scheme) => ({ [scheme]: [] }));
  return access === 'optional' ? [{}, ...any] : any;
}

/** With `secure: 'auto'` outside production each request decides; then it is the name under the app's own address. */
function cookieNameOf({ cookie: { name, secure }, baseOrigin }: DescribedSpace['http']): string {
  const isSecure = secure === 'auto' ? baseOrigin?.startsWith('https:') === true : secure;
  return isSecure ? HOST_PREFIX + name : name;
}
