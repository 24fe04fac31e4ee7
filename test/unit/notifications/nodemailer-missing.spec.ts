import { expect, it, jest } from '@jest/globals';

it('says what to install when nodemailer is not there, at the first mail', async () => {
  jest.unstable_mockModule('nodemailer', () => {
    throw new Error("Cannot find package 'nodemailer'");
  });
  const { nodemailerTransport } = await import('../../../lib/extensions/nodemailer/nodemailer-transport.js');
  const transport = nodemailerTransport({ url: 'smtp://127.0.0.1:9' });
  const mail = { to: 'ann@example.com', from: 'a@b.example', subject: '', text: '', html: '' };
  await expect(transport(mail)).rejects.toThrow('nodemailer is not installed: run "npm install nodemailer".');
});
