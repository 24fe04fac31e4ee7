import type { ExecutionContext } from '@nestjs/common';
import { type CallFace, ContextReader } from '../../extend.js';
import { rpcErrorOf } from './rpc-errors.interceptor.js';
import type { RpcSettings } from './rpc.options.js';

/** Messages of a microservice. Only a bearer token counts: a message has no cookies, and no browser sends one by itself. */
export class RpcContextReader extends ContextReader {
  override readonly type = 'rpc';

  constructor(private readonly settings: RpcSettings) {
    super();
  }

  override read(context: ExecutionContext): CallFace {
    const rpc = context.switchToRpc();
    const transport: unknown = rpc.getContext();
    if (typeof transport !== 'object' || transport === null) {
      throw new Error('A guarded message handler was called without a transport context: its transport is none that Nest knows.');
    }
    const token = this.settings.tokenOf({ payload: rpc.getData<unknown>(), context: transport });
    return { request: { headers: authorization(token) }, response: null, isSafe: false, unit: context, keeper: transport };
  }

  override refusal(error: unknown): unknown {
    return rpcErrorOf(error);
  }
}

/** What is there but is no text stays there, and is refused like any token that cannot be read. */
function authorization(token: unknown): Record<string, string> {
  if (token === undefined || token === null) return {};
  return { authorization: typeof token === 'string' ? `Bearer ${token}` : 'unreadable' };
}
