import { type DynamicModule, Global, Module } from '@nestjs/common';
import { HttpExchanges, RequestAuthenticator, RouteAccess } from '../../extend.js';
import { behindThePretence, exchanges } from './pretended-requests.js';
import { accessBy } from './signed-in.guard.js';

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
  ],
  exports: [RouteAccess, HttpExchanges, RequestAuthenticator],
})
export class UsersTestingModule {
  /** @param options `publicKey` as in the application's `http.publicKey`. */
  static with({ publicKey }: { readonly publicKey: string }): DynamicModule {
    return { module: UsersTestingModule, providers: [{ provide: RouteAccess, useFactory: () => accessBy(publicKey) }] };
  }
}
