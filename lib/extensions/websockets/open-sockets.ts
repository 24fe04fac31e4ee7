import type { CallFace } from '../../extend.js';
import type { SessionContext } from '../../index.js';
import { closeSocket, type SocketClient, whenGone } from './sockets.js';

/** A socket and the session by which it came. */
export interface OpenSocket {
  readonly client: SocketClient;
  readonly request: CallFace['request'];
  /** As of the handshake or the last check. */
  context: SessionContext;
}

/** The open sockets of this node whose user is known. */
export class OpenSockets {
  private readonly open = new Map<SocketClient, OpenSocket>();
  private readonly bySession = new Map<string, Set<OpenSocket>>();

  add(socket: OpenSocket): void {
    this.open.set(socket.client, socket);
    const { id } = socket.context.session;
    this.bySession.set(id, (this.bySession.get(id) ?? new Set()).add(socket));
    whenGone(socket.client, () => this.remove(socket));
  }

  get(client: object): OpenSocket | undefined {
    return this.open.get(client as SocketClient);
  }

  ofSession(sessionId: string): OpenSocket[] {
    return [...(this.bySession.get(sessionId) ?? [])];
  }

  /** Also those that he opened in another's name. @param userId `null` for everybody's. */
  ofUser(userId: string | null): OpenSocket[] {
    return [...this.open.values()].filter(
      ({ context }) => userId === null || [context.session.userId, context.session.actor?.id].includes(userId),
    );
  }

  close(socket: OpenSocket): void {
    if (!this.remove(socket)) return;
    closeSocket(socket.client);
  }

  private remove(socket: OpenSocket): boolean {
    const { id } = socket.context.session;
    const siblings = this.bySession.get(id);
    siblings?.delete(socket);
    if (siblings?.size === 0) this.bySession.delete(id);
    return this.open.delete(socket.client);
  }
}
