import { type DynamicModule, Module, type OnModuleInit } from '@nestjs/common';
import { APP_INTERCEPTOR, ModulesContainer } from '@nestjs/core';
import { contextReadersOf } from '../../extend.js';
import { RpcContextReader } from './rpc-context-reader.js';
import { RpcErrorsInterceptor } from './rpc-errors.interceptor.js';
import { resolveRpcOptions, RpcSettings, type UsersMicroservicesOptions } from './rpc.options.js';

/**
 * Lets our guards and decorators read the messages of a microservice: `UsersMicroservicesModule.forRoot({ token: 'token' })`. Without it
 * a guarded handler refuses everybody.
 */
@Module({})
export class UsersMicroservicesModule implements OnModuleInit {
  constructor(
    private readonly modules: ModulesContainer,
    private readonly settings: RpcSettings,
  ) {}

  onModuleInit(): void {
    for (const readers of contextReadersOf(this.modules)) readers.add(new RpcContextReader(this.settings));
  }

  /** @throws TypeError where the options do not say where the token is. */
  static forRoot(options: UsersMicroservicesOptions): DynamicModule {
    const settings = { provide: RpcSettings, useValue: resolveRpcOptions(options) };
    return { module: UsersMicroservicesModule, providers: [settings, { provide: APP_INTERCEPTOR, useClass: RpcErrorsInterceptor }] };
  }
}
