import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Duration } from 'nestjs-users';
import type { DatabaseOptions } from '../support/database.js';
import { NO_LIMITS } from '../support/limits.js';

const PROGRAM = fileURLToPath(new URL('./app.mjs', import.meta.url));

export interface AppSettings {
  readonly database: DatabaseOptions;
  /** Where limits are counted. @default in the database */
  readonly redis?: string;
  /** Says 204 to a log-out before it has done it (the control). */
  readonly answersFirst?: boolean;
  /** The lifetime of its cache of sessions. @default none is remembered */
  readonly remembers?: Duration;
}

/** What people see of an app: one process, or several behind a balancer. */
export type ServedApp = Pick<KillableApp, 'url' | 'nextMail'>;

type Message =
  { readonly kind: string; readonly to: string; readonly token: string } | { readonly kind: 'listening'; readonly url: string };

/** An app in a process of its own, with everything a deployed one has; `kill -9` is how it ends. */
export class KillableApp {
  url = '';

  private constructor(private readonly child: ChildProcess) {
    child.setMaxListeners(0);
  }

  /** Loaded, and waiting to be told to start. */
  static async load(): Promise<KillableApp> {
    const app = new KillableApp(fork(PROGRAM, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
    await app.told('loaded');
    return app;
  }

  async start(settings: AppSettings): Promise<void> {
    this.child.send({ ...settings, limits: NO_LIMITS });
    this.url = ((await this.told('listening')) as { url: string }).url;
  }

  /** The token of the next such mail. @throws AbortError when `over` is aborted before it comes. */
  nextMail(kind: 'confirm-email' | 'reset-password', to: string, over: AbortSignal): Promise<string> {
    const mail = new Promise<string>((resolve, reject) => {
      const hear = (message: Message): void => {
        if (!('token' in message) || message.kind !== kind || message.to !== to) return;
        this.child.off('message', hear);
        resolve(message.token);
      };
      this.child.on('message', hear);
      over.addEventListener('abort', () => {
        this.child.off('message', hear);
        reject(over.reason as Error);
      });
    });
    // Whoever is interrupted before he looks into his mail never hears of it.
    mail.catch(() => undefined);
    return mail;
  }

  /** `kill -9`: no handler runs, no buffer is flushed. */
  async kill(): Promise<void> {
    if (!this.isAlive) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }

  private get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  private async told(kind: string): Promise<Message> {
    const ended = once(this.child, 'exit').then(() => null);
    for (;;) {
      const message = await Promise.race([once(this.child, 'message').then(([said]) => said as Message), ended]);
      if (message === null) throw new Error('The app ended before it listened; what it said stands above.');
      if (message.kind === kind) return message;
    }
  }
}
