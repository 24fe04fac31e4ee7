import type { InjectionToken } from '@nestjs/common';
import type { UserSpace } from '../../index.js';

/** The part of a user space that sockets are told apart by. */
export type SocketSpace = Pick<UserSpace, 'name' | 'SessionGuard' | 'UsersEvents' | 'providers'>;

/** In an app the usual space has no names of its own: its parts are asked for by their classes. */
export function isUsual(space: SocketSpace | undefined): boolean {
  return space === undefined || space.providers.size === 0;
}

/** By what name the app has `part` in this space. */
export function tokenIn(space: SocketSpace, part: unknown): InjectionToken {
  const found = [...space.providers].find(([, provided]) => provided === part)?.[0];
  if (found === undefined) throw new Error(`The user space "${space.name}" lacks a part that sockets need: make it with defineUsers().`);
  return found;
}
