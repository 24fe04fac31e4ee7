import { type DynamicModule, Module } from '@nestjs/common';
import { HttpExchanges } from '../../extend.js';
import { RpcContextReader } from './rpc-context-reader.js';
import { resolveRpcOptions, RpcSettings, type UsersMicroservicesOptions } from './rpc.options.js';

/**
 * Lets our guards and decorators read the messages of a microservice: `UsersMicroservicesModule.forRoot({ token: 'token' })`. Without it
 * a guarded handler refuses everybody.
 */
@Module({})
export class UsersMicroservicesModule {
  constructor(exchanges: HttpExchanges, settings: RpcSettings) {
    exchanges.readers.add(new RpcContextReader(settings));
  }

  /** @throws TypeError where the options do not say where the token is. */
  static forRoot(options: UsersMicroservicesOptions): DynamicModule {
    return { module: UsersMicroservicesModule, providers: [{ provide: RpcSettings, useValue: resolveRpcOptions(options) }] };
  }
}
