/** A message of a microservice, as its transport hands it over. Nothing in it has been checked. */
export interface RpcMessage {
  readonly payload: unknown;
  /** What Nest's `@Ctx()` gives: `NatsContext`, `KafkaContext`, `TcpContext` ..., where headers and metadata stand. */
  readonly context: unknown;
}

export interface UsersMicroservicesOptions {
  /**
   * Where the sender puts the session's token: the name of a field of the payload (`'token'`), or a function that finds it, in a header
   * for instance. It may return `undefined` for none; what it throws refuses the call.
   */
  readonly token: string | ((message: RpcMessage) => unknown);
}

/** The resolved {@link UsersMicroservicesOptions}. */
export abstract class RpcSettings {
  /** Finds the token of a message; `undefined` or `null` where there is none. */
  abstract readonly tokenOf: (message: RpcMessage) => unknown;
}

/** @throws TypeError for a place that is none, at start-up: a wrong one would refuse everybody and say nothing. */
export function resolveRpcOptions(input: UsersMicroservicesOptions): RpcSettings {
  const token: unknown = (input as Partial<UsersMicroservicesOptions> | undefined)?.token;
  if (typeof token === 'function') return { tokenOf: token as RpcSettings['tokenOf'] };
  if (typeof token === 'string' && token !== '') return { tokenOf: ({ payload }) => ownField(payload, token) };
  throw new TypeError(
    "UsersMicroservicesModule.forRoot() needs to know where the token is: { token: 'token' } or { token: (message) => ... }.",
  );
}

function ownField(payload: unknown, name: string): unknown {
  return typeof payload === 'object' && payload !== null && Object.hasOwn(payload, name)
    ? (payload as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
