import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CaptchaService } from '../support/captcha-service.js';
import { FRAMEWORKS, HostApp, PASSWORD } from '../support/host-app.js';

for (const framework of FRAMEWORKS) {
  describe(`A captcha on ${framework}`, () => {
    let service: CaptchaService;
    let host: HostApp;
    beforeEach(async () => {
      service = await CaptchaService.start();
      host = await HostApp.start({ listen: framework, routes: true, captcha: { verify: service.verify, passwordReset: true } });
      await host.user();
    });
    afterEach(async () => {
      await host.close();
      service.stop();
    });

    it('is asked for by 403 and a code, and shown in the body', async () => {
      const client = host.client();
      const login = (body: object) => client.post('/auth/login', { login: 'ann', password: PASSWORD, ...body });
      for (let times = 0; times < 3; times += 1) expect((await login({ password: 'wrong horse battery' })).status).toBe(401);
      expect(await login({})).toMatchObject({ status: 403, body: { code: 'USERS_CAPTCHA_NEEDED' } });
      expect(await login({ captcha: 'bad' })).toMatchObject({ status: 403, body: { code: 'USERS_CAPTCHA_WRONG' } });
      expect(await login({ captcha: 7 })).toMatchObject({ status: 400, body: { fields: { captcha: ['USERS_WRONG_TYPE'] } } });
      expect(await login({ captcha: 'good' })).toMatchObject({ status: 200 });
    });

    it('stands before a registration and a request for a reset link', async () => {
      const client = host.client();
      const asks: [string, object, number][] = [
        ['/auth/register', { username: 'bob', password: PASSWORD }, 201],
        ['/auth/password/reset/request', { login: 'ann' }, 202],
      ];
      for (const [path, body, status] of asks) {
        expect(await client.post(path, body)).toMatchObject({ status: 403, body: { code: 'USERS_CAPTCHA_NEEDED' } });
        expect((await client.post(path, { ...body, captcha: `good ${path}` })).status).toBe(status);
      }
    });
  });
}
