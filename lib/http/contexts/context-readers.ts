import { type ExecutionContext, Logger } from '@nestjs/common';
import { ForbiddenError } from '../../kernel/errors.js';
import type { CallFace, ContextReader } from './context-reader.port.js';
import { HttpContextReader } from './http-context-reader.js';

/** What the host forgot, by the kind of context. */
const MENDS: ReadonlyMap<string, string> = new Map([
  ['graphql', "import UsersGraphqlModule from 'nestjs-users/graphql'"],
  ['ws', "import UsersWebSocketsModule from 'nestjs-users/websockets'"],
  ['rpc', "import UsersMicroservicesModule.forRoot({ token: ... }) from 'nestjs-users/microservices'"],
]);

/** Who reads which kind of context. What nobody reads is refused. */
export class ContextReaders {
  private readonly logger = new Logger('UsersHttp');
  private readonly told = new Set<string>();
  private readonly readers = new Map<string, ContextReader>();

  constructor() {
    this.add(new HttpContextReader());
  }

  /** The last reader of a kind counts. Add it before the first call: in a module's constructor. */
  add(reader: ContextReader): void {
    this.readers.set(reader.type, reader);
  }

  /** @throws ForbiddenError for what cannot be read: it must not be let through. The log says once what to do. */
  faceOf(context: ExecutionContext): CallFace {
    const type = context.getType<string>();
    const reader = this.readers.get(type);
    try {
      if (reader !== undefined) return reader.read(context);
      this.tell(mendOf(type));
    } catch (error) {
      this.tell(error instanceof Error ? error.message : String(error));
    }
    throw this.refusal(new ForbiddenError('This call cannot be checked here.'), context);
  }

  /** What to throw in this context for `error`. */
  refusal(error: unknown, context: ExecutionContext): unknown {
    return this.readers.get(context.getType<string>())?.refusal(error, context) ?? error;
  }

  private tell(mend: string): void {
    if (this.told.has(mend)) return;
    this.logger.error(mend);
    // The sentences are ours or an extension's; should one hold what a client sent, the memory of them stays small.
    if (this.told.size < 100) this.told.add(mend);
  }
}

function mendOf(type: string): string {
  const mend = MENDS.get(type) ?? 'add a ContextReader for it to HttpExchanges.readers';
  return `A guard stands before a handler of the context "${type}", which nobody reads, so that every call is refused: ${mend}.`;
}
