import { type DynamicModule, Global, Module, type Provider } from '@nestjs/common';
import type { MembershipsOptions, UserSpace } from '../../index.js';
import { HttpExchanges, Memberships, RequestAuthenticator, RouteAccess } from '../../extend.js';
import { behindThePretence, exchanges } from './pretended-requests.js';
import { accessBy } from './signed-in.guard.js';

/** What the application has, where that is not the usual. */
export interface UsersTestingModuleOptions {
  /** As `http.publicKey`. @default none */
  readonly publicKey?: string;
  /** As the option `memberships`, for `@RequireResourceRole()`. @default none: nobody is a member of anything */
  readonly memberships?: MembershipsOptions;
  /** The user space whose guards stand before the routes. @default the usual one */
  readonly space?: Pick<UserSpace, 'providers'>;
}

const PARTS: readonly unknown[] = [RouteAccess, HttpExchanges, RequestAuthenticator, Memberships];

/**
 * What our guards need where the module under test stands alone: import it in place of `UsersModule`, without a database, and say with
 * `overrideGuard(SessionGuard)` who is signed in. Without that, nobody is.
 */
@Global()
@Module({
  providers: [
    { provide: RouteAccess, useFactory: () => accessBy(null) },
    { provide: HttpExchanges, useValue: exchanges },
    { provide: RequestAuthenticator, useValue: behindThePretence },
    { provide: Memberships, useFactory: () => membershipsBy(undefined) },
  ],
  exports: [RouteAccess, HttpExchanges, RequestAuthenticator, Memberships],
})
export class UsersTestingModule {
  static with({ publicKey, memberships, space }: UsersTestingModuleOptions): DynamicModule {
    const parts = [...(space?.providers ?? [])].filter(([, part]) => PARTS.includes(part));
    const named = parts.map(([token, part]): Provider => ({ provide: token, useExisting: part }));
    const access: Provider = { provide: RouteAccess, useFactory: () => accessBy(publicKey ?? null) };
    const asked: Provider = { provide: Memberships, useFactory: () => membershipsBy(memberships) };
    return { module: UsersTestingModule, providers: [access, asked, ...named], exports: parts.map(([token]) => token) };
  }
}

function membershipsBy(memberships: MembershipsOptions | undefined): Memberships {
  return new Memberships({ definitions: null, memberships: memberships ?? null });
}
