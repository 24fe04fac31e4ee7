import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Strategy } from 'passport';
import { type Done, PassportStrategies } from './passport-strategies.js';

/** What Passport's registry is asked for. It is one for the whole process, so names carry the user space's. */
interface Registry {
  use(name: string, strategy: Strategy): unknown;
  unuse(name: string): unknown;
}

export abstract class PassportSettings {
  /** Whether the strategies are registered. @default true */
  abstract readonly isOn: boolean;
  /** The user space's name. */
  abstract readonly space: string;
}

/**
 * Registers `users-local` (name and password) and `users-session` (our cookie or bearer token) with Passport, for hosts that guard their
 * routes by `AuthGuard('users-session')`; in another user space the names begin with that space's. `SessionGuard` does not need them.
 */
@Injectable()
export class PassportRegistration implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('UsersHttp');
  private registry: Registry | null = null;

  constructor(
    private readonly settings: PassportSettings,
    private readonly strategies: PassportStrategies,
  ) {}

  async onModuleInit(): Promise<void> {
    if (!this.settings.isOn) return;
    this.registry = await loadPassport();
    if (this.registry === null) return this.logger.debug('Passport is not installed: its strategies are not registered.');
    this.registry.use(`${this.settings.space}-local`, await localStrategy(this.strategies));
    this.registry.use(`${this.settings.space}-session`, await sessionStrategy(this.strategies));
  }

  /** The registry outlives the app: without this a second app in the process would answer by the closed database of the first. */
  onApplicationShutdown(): void {
    this.registry?.unuse(`${this.settings.space}-local`);
    this.registry?.unuse(`${this.settings.space}-session`);
    this.registry = null;
  }
}

/** npm installs the peer; where it is not there all the same the app must start. */
async function loadPassport(): Promise<Registry | null> {
  try {
    return (await import('passport')).default;
  } catch {
    return null;
  }
}

async function localStrategy(ours: PassportStrategies): Promise<Strategy> {
  const { Strategy: LocalStrategy } = (await import('passport-local')).default;
  const fields = { usernameField: 'login', passwordField: 'password', passReqToCallback: true } as const;
  class UsersLocalStrategy extends LocalStrategy {
    override authenticate(request: Parameters<Strategy['authenticate']>[0]): void {
      try {
        // passport-local would look into the query string too, and take a list for a text: it gets what we have read, and nothing else.
        const face = { body: ours.credentialsOf(request), source: ours.sourceOf(request) };
        super.authenticate(face as unknown as typeof request);
      } catch (error) {
        this.error(error as Error);
      }
    }
  }
  return new UsersLocalStrategy(fields, (...given: [face: unknown, login: string, password: string, done: Done]) => {
    const [face, login, password, done] = given;
    const { source } = face as { source: ReturnType<PassportStrategies['sourceOf']> };
    settle(ours.checkPassword({ login, password }, source), done);
  });
}

async function sessionStrategy(ours: PassportStrategies): Promise<Strategy> {
  const { default: CustomStrategy } = await import('passport-custom');
  return new CustomStrategy((request: object, done: Done) => settle(ours.checkSession(request), done));
}

/** A no is told as an error of ours: Passport's own failure would become Nest's plain 401, also where 429 or 503 is meant. */
function settle(answer: Promise<object>, done: Done): void {
  answer.then(
    (user) => done(null, user),
    (error: unknown) => done(error),
  );
}
