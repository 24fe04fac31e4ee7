import type { IncomingMessage } from 'node:http';
import { Injectable, type InjectionToken, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { type CallFace, HttpExchanges, RequestAuthenticator } from '../../extend.js';
import {
  type Change,
  ImpersonationStarted,
  InvalidationBus,
  SessionEnded,
  type SessionContext,
  SessionsEnded,
  UnavailableError,
  UserBanned,
  UserDeactivated,
  UserDeleted,
  UsersEvents,
} from '../../index.js';
import { faceOfHandshake, handshakeOf, socketIoHandshakeOf } from './handshake.js';
import { type OpenSocket, OpenSockets } from './open-sockets.js';
import { isUsual, type SocketSpace } from './socket-space.js';
import { guardSocketIo, guardWs, isSocketIoServer, isWsServer } from './socket-servers.js';
import type { SocketClient } from './sockets.js';
import { WebSocketsSettings } from './web-sockets.options.js';

/** Whether a server lets in sockets of nobody. */
interface Door {
  isOptional: boolean;
}

/** What an ended session means where the database cannot say whether it has. */
type WhenUnknown = 'close' | 'keep';

const tokens = new WeakMap<SocketSpace, symbol>();
/** Who checks the handshakes of a server. */
const keepers = new WeakMap<object, SocketSessions>();

/**
 * Who is at the other end of the sockets of this node. It checks handshakes before a socket is open, and closes sockets whose session has
 * ended: at once for what ends on this node, or on another one that tells of it; by the next recheck for the rest, and by time.
 */
@Injectable()
export class SocketSessions implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('UsersWebSockets');
  private readonly sockets = new OpenSockets();
  private readonly requests = new WeakMap<object, CallFace['request']>();
  private readonly doors = new WeakMap<object, Door>();
  private subscriptions: (() => void)[] = [];
  private timer: NodeJS.Timeout | undefined;
  private rechecking: Promise<void> = Promise.resolve();
  private isRecheckDue = false;
  /** Counts what ended sessions: a handshake that began before one of them is asked again. */
  private endings = 0;

  constructor(
    private readonly exchanges: HttpExchanges,
    private readonly authenticator: RequestAuthenticator,
    private readonly events: UsersEvents,
    private readonly bus: InvalidationBus,
    private readonly settings: WebSocketsSettings,
  ) {}

  /** By what name the app has the sockets of a space: `@Inject(SocketSessions.of(staff)) sockets: SocketSessions`. */
  static of(space: SocketSpace | undefined): InjectionToken<SocketSessions> {
    if (space === undefined || isUsual(space)) return SocketSessions;
    const token = tokens.get(space) ?? Symbol(`${space.name}:SocketSessions`);
    tokens.set(space, token);
    return token;
  }

  onModuleInit(): void {
    this.subscriptions = [
      this.events.on(SessionEnded, ({ sessionId }) => this.end(this.sockets.ofSession(sessionId))),
      this.events.on(UserBanned, ({ userId }) => this.end(this.sockets.ofUser(userId))),
      this.events.on(UserDeactivated, ({ userId }) => this.end(this.sockets.ofUser(userId))),
      this.events.on(UserDeleted, ({ userId }) => this.end(this.sockets.ofUser(userId))),
      this.events.on(SessionsEnded, (event) => this.endMany(event)),
      // The token by which his own sockets came opens nothing while he acts.
      this.events.on(ImpersonationStarted, ({ actorId }) => this.checkAll(this.sockets.ofUser(actorId), 'close')),
      this.bus.subscribe((change) => void this.changedElsewhere(change)),
    ];
    this.schedule();
  }

  /** Waits for a recheck that is under way: its connection closes next. */
  async onModuleDestroy(): Promise<void> {
    clearTimeout(this.timer);
    for (const unsubscribe of this.subscriptions) unsubscribe();
    await this.rechecking;
  }

  /**
   * Checks every handshake with `server` from now on; `@SessionGateway()` calls it. All gateways of one server share its handshake: the
   * socket of nobody is let in only where each of them is optional.
   *
   * @param server what Nest hands to `afterInit()`: socket.io's server or namespace, or the server of `ws`.
   * @throws TypeError for any other server: it would stand open; and for one of another user space: nobody could pass both.
   */
  guard(server: unknown, { optional = false }: { readonly optional?: boolean } = {}): void {
    const known = typeof server === 'object' && server !== null ? this.doors.get(server) : undefined;
    if (known !== undefined) return void (known.isOptional &&= optional);
    const door: Door = { isOptional: optional };
    if (typeof server === 'object' && server !== null && (keepers.get(server) ?? this) !== this) {
      throw new TypeError('Gateways of two user spaces share one server: give one of them a port, a path or a namespace of its own.');
    }
    if (isSocketIoServer(server)) {
      guardSocketIo(server, async (client) => (await this.admit(socketIoHandshakeOf(client.request, client.handshake), door))(client));
    } else if (isWsServer(server)) {
      guardWs(server, (request: IncomingMessage) => this.admit(handshakeOf(request), door));
    } else {
      throw new TypeError('SocketSessions can guard the servers of socket.io and of ws; this is another one.');
    }
    this.doors.set(server, door);
    keepers.set(server, this);
  }

  /** Who opened this socket, as of its handshake or last check: for `handleConnection()`. `null` for nobody, or where no handshake was checked. */
  contextOf(client: object): SessionContext | null {
    return this.sockets.get(client)?.context ?? null;
  }

  /** The request that opened this socket, for the guards. */
  requestOf(client: object): CallFace['request'] | undefined {
    return this.requests.get(client);
  }

  /** Closes a socket whose session turned out to be over, once what is being sent is out; that of nobody stays. */
  endSoon(client: object): void {
    const socket = this.sockets.get(client);
    if (socket !== undefined) setImmediate(() => this.sockets.close(socket));
  }

  /** Asks for the session of each open socket, and closes those that are over. It does not count as a use. */
  async recheck(): Promise<void> {
    await this.checkAll(this.sockets.ofUser(null), 'keep');
  }

  private end(sockets: readonly OpenSocket[]): void {
    this.endings += 1;
    for (const socket of sockets) this.sockets.close(socket);
  }

  private async endMany({ userId, exceptSessionId }: SessionsEnded): Promise<void> {
    this.endings += 1;
    // The event does not say which of them: only those of one address, perhaps, or those that were over anyway.
    const sockets = this.sockets.ofUser(userId).filter(({ context }) => context.session.id !== exceptSessionId);
    await this.checkAll(sockets, 'close');
  }

  private async checkAll(sockets: readonly OpenSocket[], whenUnknown: WhenUnknown): Promise<void> {
    for (const socket of sockets) await this.check(socket, whenUnknown);
  }

  /** Something that another node did: most of it ends nothing, so what cannot be asked now waits for the next recheck. */
  private async changedElsewhere(change: Change): Promise<void> {
    this.endings += 1;
    if (change.of === 'all') this.recheckSoon();
    else await this.checkAll(change.of === 'session' ? this.sockets.ofSession(change.id) : this.sockets.ofUser(change.id), 'keep');
  }

  /** However often it is asked for meanwhile, once more behind the one that is under way. */
  private recheckSoon(): void {
    if (this.isRecheckDue) return;
    this.isRecheckDue = true;
    this.rechecking = this.rechecking.then(() => {
      this.isRecheckDue = false;
      return this.recheck();
    });
  }

  /** @throws UsersError for whoever is not welcome. @returns what to call with the socket as soon as there is one. */
  private async admit(request: CallFace['request'], { isOptional }: Door): Promise<(client: SocketClient) => void> {
    const endings = this.endings;
    const exchange = this.exchanges.ofFace(faceOfHandshake(request));
    const context = await this.authenticator.authenticate(exchange, { isOptional, allowedNeeds: [] });
    return (client) => {
      this.requests.set(client, request);
      if (context === null) return;
      const socket: OpenSocket = { client, request, context };
      this.sockets.add(socket);
      if (endings !== this.endings) void this.check(socket, 'close');
    };
  }

  private async check(socket: OpenSocket, whenUnknown: WhenUnknown): Promise<void> {
    try {
      const exchange = this.exchanges.ofFace(faceOfHandshake(socket.request));
      const context = await this.authenticator.authenticate(exchange, { isOptional: false, allowedNeeds: [], touch: false });
      if (context !== null) socket.context = context;
    } catch (error) {
      if (whenUnknown === 'close' || !(error instanceof UnavailableError)) this.sockets.close(socket);
    }
  }

  private schedule(): void {
    if (this.settings.recheck === null) return;
    this.timer = setTimeout(() => {
      this.rechecking = this.rechecking
        .then(() => this.recheck())
        .catch((error: unknown) => this.logger.error(error instanceof Error ? error.message : String(error)))
        .finally(() => this.schedule());
    }, this.settings.recheck);
    this.timer.unref();
  }
}
