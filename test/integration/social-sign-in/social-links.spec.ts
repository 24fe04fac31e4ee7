import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  ActingError,
  ImpersonationService,
  InvalidSessionError,
  LastSignInError,
  NotFoundError,
  ReauthenticationRequiredError,
  type SocialProfile,
  SocialIdentityTakenError,
  SocialLinkRefusedError,
  StepNeededError,
} from 'nestjs-users';
import { auditLog, AuditLog } from 'nestjs-users/audit-log';
import { HostApp, PASSWORD } from '../../support/host-app.js';

const GITHUB: SocialProfile = { provider: 'github', subject: '583231' };
const proving = (email: string): SocialProfile => ({ ...GITHUB, email, emailVerified: true });

let host: HostApp;
let id: string;
beforeEach(async () => {
  host = await HostApp.start({ extensions: [auditLog()] });
  id = (await host.user('ann', { emailConfirmed: true })).id;
});
afterEach(() => host.close());

const session = async (): Promise<string> => (await host.sessions.login({ login: 'ann', password: PASSWORD })).session.id;

describe('linkSocial', () => {
  it('[2.13] links in a session that signed in lately, whatever the address, and twice is once', async () => {
    const options = { session: await session() };
    const linked = await host.users.linkSocial(id, { ...GITHUB, email: 'ann@work.example' }, options);
    expect(linked).toEqual({ ...GITHUB, email: 'ann@work.example', linkedAt: host.clock.now(), lastUsedAt: null });
    host.clock.advance('1s');
    expect(await host.users.linkSocial(id, GITHUB, options)).toEqual(linked);
    expect((await host.users.signInBySocial(GITHUB)).user.id).toBe(id);
  });

  it('[2.13] links without a session by the verified and confirmed address alone', async () => {
    await host.users.linkSocial(id, proving('Ann@Example.org'));
    expect(await host.users.listSocial(id)).toHaveLength(1);
  });

  it.each<[string, SocialProfile]>([
    ['none', GITHUB],
    ['another', proving('eve@example.org')],
    ['one that the provider did not verify', { ...proving('ann@example.org'), emailVerified: false }],
  ])('[2.13] refuses without a session where the address is %s', async (_what, profile) => {
    await expect(host.users.linkSocial(id, profile)).rejects.toThrow(SocialLinkRefusedError);
    await expect(host.users.linkSocial(id, profile, { allowUnproven: false })).rejects.toThrow(SocialLinkRefusedError);
    expect(await host.users.listSocial(id)).toEqual([]);
  });

  it('[2.13] refuses an address that only stands in the row and was never confirmed (pre-account takeover)', async () => {
    const claimed = await host.user('eve', { email: 'victim@example.org', emailConfirmed: false });
    await expect(host.users.linkSocial(claimed.id, proving('victim@example.org'))).rejects.toThrow(SocialLinkRefusedError);
    const own = (await host.sessions.login({ login: 'eve', password: PASSWORD })).session.id;
    // What she linked now would be her way in on the day on which the victim confirms.
    await expect(host.users.linkSocial(claimed.id, GITHUB, { session: own })).rejects.toThrow(StepNeededError);
    await host.users.confirmEmailFor(claimed.id);
    await host.users.linkSocial(claimed.id, GITHUB, { session: own });
  });

  it("[2.13] refuses another's session, an old one, an ended one, one that needs a step and one in his name", async () => {
    const eve = await host.user('eve', { emailConfirmed: true });
    const evil = (await host.sessions.open(eve.id)).session.id;
    await expect(host.users.linkSocial(id, GITHUB, { session: evil })).rejects.toThrow(InvalidSessionError);
    await expect(host.users.linkSocial(id, GITHUB, { session: 'nonsense' })).rejects.toThrow(InvalidSessionError);
    const needing = (await host.sessions.open(id, { needs: ['new-password'] })).session.id;
    await expect(host.users.linkSocial(id, GITHUB, { session: needing })).rejects.toThrow(StepNeededError);
    const old = await session();
    host.clock.advance('11m');
    await expect(host.users.linkSocial(id, GITHUB, { session: old })).rejects.toThrow(ReauthenticationRequiredError);
    const ended = await session();
    await host.sessions.end(ended);
    await expect(host.users.linkSocial(id, GITHUB, { session: ended })).rejects.toThrow(InvalidSessionError);
    const root = await host.user('root', { isAdmin: true, emailConfirmed: true });
    const rootSession = await host.sessions.open(root.id);
    const acting = await host.app.get(ImpersonationService).start(rootSession.session.id, id, { reason: 'a ticket' });
    await expect(host.users.linkSocial(id, GITHUB, { session: acting.session.id })).rejects.toThrow(ActingError);
    expect(await host.users.listSocial(id)).toEqual([]);
  });

  it('[2.13] ties one identity to one user', async () => {
    const eve = await host.user('eve', { emailConfirmed: true });
    await host.users.linkSocial(id, GITHUB, { allowUnproven: true });
    await expect(host.users.linkSocial(eve.id, GITHUB, { allowUnproven: true })).rejects.toThrow(SocialIdentityTakenError);
    expect((await host.users.findBySocial('github', '583231'))?.id).toBe(id);
  });

  it('[2.13] is refused for nobody and for who is kept out', async () => {
    await expect(host.users.linkSocial('019b0000-0000-7000-8000-000000000001', GITHUB)).rejects.toThrow(NotFoundError);
    await host.users.ban(id);
    await expect(host.users.linkSocial(id, proving('ann@example.org'))).rejects.toThrow(NotFoundError);
  });
});

describe('unlinkSocial', () => {
  it('[2.13] unlinks one, or all at a provider, and says whether there was one', async () => {
    const vouched = { allowUnproven: true };
    for (const subject of ['1', '2', '3']) await host.users.linkSocial(id, { provider: 'github', subject }, vouched);
    expect(await host.users.unlinkSocial(id, 'github', '2')).toBe(true);
    expect(await host.users.unlinkSocial(id, 'github', '2')).toBe(false);
    expect(await host.users.unlinkSocial(id, 'google')).toBe(false);
    expect(await host.users.unlinkSocial(id, '../')).toBe(false);
    expect(await host.users.unlinkSocial(id, 'github')).toBe(true);
    expect(await host.users.listSocial(id)).toEqual([]);
    const other = await host.user('eve');
    await expect(host.users.linkSocial(other.id, { provider: 'github', subject: '1' }, vouched)).resolves.toMatchObject({ subject: '1' });
  });

  it('[2.13] keeps the last way in where there is no password, until there is one', async () => {
    const { user } = await host.users.signInBySocial({ provider: 'google', subject: 'g', email: 'new@example.org', emailVerified: true });
    await expect(host.users.unlinkSocial(user.id, 'google')).rejects.toThrow(LastSignInError);
    await host.users.setInitialPassword(user.id, PASSWORD);
    expect(await host.users.unlinkSocial(user.id, 'google')).toBe(true);
  });
});

describe('what is kept of an identity', () => {
  beforeEach(() => host.users.linkSocial(id, { ...GITHUB, email: 'ann@work.example' }, { allowUnproven: true }));

  const rows = (): Promise<unknown[]> => host.dataSource.query('SELECT * FROM auth_identities');

  it('[2.13] is in the export of its owner', async () => {
    expect((await host.users.exportPersonalData(id)).identities).toMatchObject([{ ...GITHUB, email: 'ann@work.example' }]);
  });

  it.each(['delete', 'anonymise'] as const)('[2.13] goes with the user when he is gone by %s', async (act) => {
    expect(await rows()).toHaveLength(1);
    await host.users[act](id);
    expect(await rows()).toEqual([]);
    expect(await host.users.findBySocial('github', '583231')).toBeNull();
  });

  it('[2.13] is told in the audit log without the id at the provider', async () => {
    await host.users.unlinkSocial(id, 'github');
    await host.settled();
    const { items } = await host.app.get(AuditLog).list({ userId: id });
    expect(items.map(({ event }) => event)).toEqual(expect.arrayContaining(['social-identity.linked', 'social-identity.unlinked']));
    expect(JSON.stringify(items)).not.toMatch(/583231|work\.example/);
  });

  it("[2.13] joins the caller's transaction", async () => {
    await expect(
      host.dataSource.transaction(async (manager) => {
        expect(await host.users.within(manager).unlinkSocial(id, 'github')).toBe(true);
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    expect(await rows()).toHaveLength(1);
  });
});
