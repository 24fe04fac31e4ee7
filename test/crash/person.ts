import { randomInt } from 'node:crypto';
import { type HttpAnswer, HttpClient } from '../support/http-client.js';
import type { ServedApp } from './killable-app.js';
import {
  asked,
  type Change,
  changed,
  confirmed,
  deleted,
  PossibleWorlds,
  registered,
  reset,
  signedIn,
  signedOut,
  type World,
} from './possible-worlds.js';

/** How much of the past is shown again after each crash. */
const REMEMBERED = 2;

/** The app is gone, or its database: no answer, or 503. */
class Interrupted extends Error {}

interface Step {
  readonly change: Change;
  readonly token?: string | undefined;
  /** The code of the one refusal that is no fault. */
  readonly refusal?: string;
}

/** What was shown, and in which worlds it is so. */
interface Shown {
  readonly what: string;
  readonly isTrue: (world: World) => boolean;
}

/** Somebody who uses the app over HTTP, keeps what it answered, and holds it against what it shows after a crash. */
export class Person {
  private readonly worlds = new PossibleWorlds();
  private passwords: string[] = [];
  private sessions: string[] = [];
  private resets: string[] = [];
  private confirmation: string | null = null;
  private client = new HttpClient('');
  private made = 0;

  /** @param answered is told of every answer. */
  constructor(
    private readonly name: string,
    private readonly answered: () => void,
  ) {}

  /** Whether there is an account to go on with, and one knows what is true of it. */
  get isAtHome(): boolean {
    return this.worlds.isSure(({ isActive, isGone }) => isActive && !isGone);
  }

  /** Uses the app until it is gone, or he is. @returns what it did that no app may do, crash or not. */
  async live(app: ServedApp, over: AbortSignal): Promise<string[]> {
    this.client = new HttpClient(app.url);
    try {
      if (!this.isAtHome) await this.comeIn(app, over);
      while (this.isAtHome) await this.doSomething(app, over);
      return [];
    } catch (error) {
      return error instanceof Interrupted || (error as Error).name === 'AbortError' ? [] : [`${this.name}: ${String(error)}`];
    }
  }

  /** Looks at everything, and shows every mailed token once more: what is used up opens nothing. @returns what cannot be true. */
  async judge(app: ServedApp): Promise<string[]> {
    this.client = new HttpClient(app.url);
    const wrong = await this.contradictions();
    if (this.confirmation !== null) wrong.push(...(await this.confirmAgain(this.confirmation)));
    else if (this.worlds.isSure(({ isRegistered }) => isRegistered)) wrong.push(...(await this.isStillRegistered()));
    for (const token of this.resets) wrong.push(...(await this.resetAgain(token)));
    if (this.isAtHome) this.forgetThePast();
    return wrong;
  }

  private async comeIn(app: ServedApp, over: AbortSignal): Promise<void> {
    const [email, password] = [this.address, this.newPassword()];
    const mail = app.nextMail('confirm-email', email, over);
    await this.do('/auth/register', { username: this.name, email, password }, { change: registered(password) });
    this.confirmation = await mail;
    await this.do('/auth/email/confirm', { token: this.confirmation }, { change: confirmed });
  }

  private async doSomething(app: ServedApp, over: AbortSignal): Promise<void> {
    const chance = randomInt(10);
    if (chance < 4) await this.comeAndGo();
    else if (chance < 6) await this.changePassword();
    else if (chance < 9) await this.forgetPassword(app, over);
    else await this.leave();
  }

  private async comeAndGo(): Promise<void> {
    const token = await this.login();
    await this.do('/auth/logout', undefined, { change: signedOut(token), token });
  }

  private async changePassword(): Promise<void> {
    const [token] = [await this.login(), await this.login()];
    const [oldPassword, newPassword] = [this.password, this.newPassword()];
    await this.do('/auth/password/change', { oldPassword, newPassword }, { change: changed(newPassword, token), token });
    const { status } = await this.answer('GET', '/auth/me', { token });
    if (status !== 200) throw new Error(`${status} for a living session`);
  }

  private async forgetPassword(app: ServedApp, over: AbortSignal): Promise<void> {
    const mail = app.nextMail('reset-password', this.address, over);
    await this.do('/auth/password/reset/request', { login: this.address }, { change: (world) => world });
    const token = await mail;
    this.worlds.happened(asked(token));
    this.resets.push(token);
    await this.resetTwice(token);
  }

  /** Two use one link at once: one of them gets it. */
  private async resetTwice(token: string): Promise<void> {
    const racers = [this.newPassword(), this.newPassword()];
    const answers = await Promise.all(
      racers.map((newPassword) => this.answer('POST', '/auth/password/reset/confirm', { body: { token, newPassword } }).catch(() => null)),
    );
    const [winner, another] = racers.filter((_, racer) => answers[racer]?.status === 204);
    const unclear = racers.filter((_, racer) => answers[racer] === null);
    if (another !== undefined) throw new Error('one link was used twice');
    if (winner !== undefined) this.worlds.happened(reset(winner));
    else this.worlds.mayHaveHappened(...unclear.map(reset));
    if (unclear.length > 0) throw new Interrupted();
    if (winner === undefined) throw new Error(`a good link was refused: ${answers.map((answer) => answer?.text).join(' ')}`);
  }

  /** The first administrator is also the last: he has to stay. */
  private async leave(): Promise<void> {
    const token = await this.login();
    await this.do('/auth/me/delete', { password: this.password }, { change: deleted, token, refusal: 'USERS_LAST_ADMIN' });
  }

  private async login(): Promise<string> {
    const { body, status, text } = await this.answer('POST', '/auth/login', { body: this.credentials(this.password) });
    if (status !== 200) throw new Error(`log-in: ${status} ${text}`);
    const { token } = body as { token: string };
    this.worlds.happened(signedIn(token));
    this.sessions.push(token);
    return token;
  }

  /** Does what must succeed. Until the answer is there, both may be true. */
  private async do(path: string, body: unknown, { change, token, refusal }: Step): Promise<void> {
    const answer = await this.answer('POST', path, { body, token }).catch((error: unknown) => {
      this.worlds.mayHaveHappened(change);
      throw error;
    });
    if (refusal !== undefined && answer.body?.code === refusal) return;
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    this.worlds.happened(change);
  }

  /** @throws Interrupted. */
  private async answer(method: string, path: string, { body, token }: { body?: unknown; token?: string | undefined }): Promise<HttpAnswer> {
    const request = { ...(body !== undefined && { body }), ...(token !== undefined && { token }) };
    const answer = await this.client.send(method, path, request).catch(() => null);
    if (answer !== null) this.answered();
    if (answer === null || answer.status === 503) throw new Interrupted(`${method} ${path}: ${answer?.text ?? 'no answer'}`);
    return answer;
  }

  private async contradictions(): Promise<string[]> {
    return this.compare([
      ...(await Promise.all(this.passwords.map((password) => this.showsPassword(password)))),
      ...(await Promise.all(this.sessions.map((token) => this.showsSession(token)))),
    ]);
  }

  private compare(shown: readonly Shown[]): string[] {
    return shown.flatMap(({ what, isTrue }) => (this.worlds.contradicts(isTrue) ? [`${this.name}: ${what}, but ${this.worlds}`] : []));
  }

  private async showsPassword(password: string): Promise<Shown> {
    const isGood = (await this.outcome('/auth/login', this.credentials(password), [200, 401])) === 200;
    return {
      what: `"${password}" ${isGood ? 'opens' : 'does not open'} the account`,
      isTrue: (world) => isGood === (world.isActive && !world.isGone && world.password === password),
    };
  }

  private async showsSession(token: string): Promise<Shown> {
    const { status } = await this.answer('GET', '/auth/me', { token });
    return {
      what: `the session ${token} answers ${status}`,
      isTrue: (world) => status === (!world.isGone && world.sessions.includes(token) ? 200 : 401),
    };
  }

  private async isStillRegistered(): Promise<string[]> {
    const stranger = { username: this.name, email: `another-${this.address}`, password: 'seven green doors' };
    const isFree = (await this.outcome('/auth/register', stranger, [202, 409])) === 202;
    return isFree ? [`${this.name}: an acknowledged registration is lost`] : [];
  }

  /** The same link answers the same again, and changes nothing that came after it. */
  private async confirmAgain(token: string): Promise<string[]> {
    const status = await this.outcome('/auth/email/confirm', { token }, [200, 400]);
    const isTrue = ({ isGone }: World): boolean => isGone === (status === 400);
    const wrong = this.compare([{ what: `the confirming link answers ${status}`, isTrue }]);
    if (status === 200) this.worlds.happened(confirmed);
    return [...wrong, ...this.compare([await this.showsPassword(this.passwords[0] ?? '')])];
  }

  private async resetAgain(token: string): Promise<string[]> {
    const [newPassword, another] = [this.newPassword(), this.newPassword()];
    const status = await this.outcome('/auth/password/reset/confirm', { token, newPassword }, [204, 400]);
    const isTrue = (world: World): boolean => (status === 204) === (!world.isGone && world.reset === token);
    const wrong = this.compare([{ what: `the reset link answers ${status}`, isTrue }]);
    if (status === 400) return wrong;
    this.worlds.happened(reset(newPassword));
    const again = await this.outcome('/auth/password/reset/confirm', { token, newPassword: another }, [204, 400]);
    return again === 400 ? wrong : [...wrong, `${this.name}: the reset link was used twice`];
  }

  private async outcome(path: string, body: unknown, expected: readonly number[]): Promise<number> {
    const { status, text } = await this.answer('POST', path, { body });
    if (!expected.includes(status)) throw new Error(`${path}: ${status} ${text}`);
    return status;
  }

  /** The registration's password is kept: its link must never bring it back. */
  private forgetThePast(): void {
    const [first, ...later] = this.passwords.filter((password) => password !== this.password);
    this.passwords = [...(first === undefined ? [] : [first]), ...later.slice(-REMEMBERED), this.password];
    this.sessions = this.sessions.slice(-REMEMBERED);
    this.resets = this.resets.slice(-REMEMBERED);
  }

  private get address(): string {
    return `${this.name}@example.org`;
  }

  private get password(): string {
    return this.worlds.likeliest.password;
  }

  private credentials(password: string): object {
    return { login: this.name, password, transport: 'bearer' };
  }

  private newPassword(): string {
    this.made += 1;
    this.passwords.push(`seven green doors ${this.made}`);
    return this.passwords.at(-1) ?? '';
  }
}
