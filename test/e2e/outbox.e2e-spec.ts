import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { INestApplication } from '@nestjs/common';
import type { Mail } from 'nestjs-users';
import { Outbox } from '../../sample-app/outbox/outbox.js';
import { OutboxController } from '../../sample-app/outbox/outbox.controller.js';
import { Frame } from '../../sample-app/web/frame.js';
import { FRAMEWORKS } from '../support/host-app.js';

const EVIL = '<img src=x onerror=alert(1)>"\'&<script>alert(1)</script>';
const mail = (number: number): Mail => ({
  to: `u${number}@example.com`,
  from: 'a@b.example',
  subject: `Mail ${number}`,
  text: `Press:\nhttps://notes.example/confirm#token=t${number}\n`,
  html: `<p>Mail ${number}</p>`,
});

describe.each(FRAMEWORKS)('the outbox of development on %s', (framework) => {
  const outbox = new Outbox();
  let app: INestApplication;
  const get = async (path: string) => {
    const answer = await fetch((await app.getUrl()) + path);
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };

  beforeAll(async () => {
    class OutboxApp {}
    Module({
      controllers: [OutboxController],
      providers: [
        { provide: Outbox, useValue: outbox },
        { provide: Frame, useValue: new Frame(true) },
      ],
    })(OutboxApp);
    const settings = { logger: false } as const;
    app =
      framework === 'fastify'
        ? await NestFactory.create(OutboxApp, new FastifyAdapter() as never, settings)
        : await NestFactory.create(OutboxApp, settings);
    await app.listen(0, '127.0.0.1');
  });
  afterAll(() => app.close());

  it('says that it is empty', async () => expect((await get('/outbox')).text).toContain('No messages yet.'));

  it('keeps the last fifty, newest first, each once, links in full', async () => {
    for (let number = 1; number <= 60; number += 1) {
      const one = mail(number);
      outbox.keep(one);
      outbox.keep(one);
    }
    const { text } = await get('/outbox');
    const shown = [...text.matchAll(/To u(\d+)@example\.com/g)].map(([, number]) => Number(number));
    expect(shown).toEqual(Array.from({ length: 50 }, (_, index) => 60 - index));
    expect(text).toContain('<a href="https://notes.example/confirm#token=t60">https://notes.example/confirm#token=t60</a>');
  });

  it('lets nothing act that stands in a mail', async () => {
    outbox.keep({
      ...mail(61),
      to: `${EVIL}@example.com`,
      subject: EVIL,
      text: `${EVIL}\n\njavascript:alert(1) https://x.example/${EVIL}`,
    });
    const { text } = await get('/outbox');
    expect(text).not.toMatch(/<img src=x|<script>alert|href="javascript/);
    expect(text).toContain('&#60;img src=x onerror=alert(1)&#62;');
  });

  it('shows the HTML of one mail as mail clients do: without scripts, without anything from elsewhere', async () => {
    outbox.keep({ ...mail(62), html: '<p>As it is</p><script>alert(1)</script>' });
    const [, path = ''] = /src="(\/outbox\/\d+\/html)"/.exec((await get('/outbox')).text) ?? [];
    const { status, headers, text } = await get(path);
    expect([status, text]).toEqual([200, '<p>As it is</p><script>alert(1)</script>']);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/sandbox .*default-src 'none'; style-src 'unsafe-inline'; .*frame-ancestors 'self'$/);
    expect(policy).not.toMatch(/allow-scripts|script-src|allow-same-origin/);
  });

  it.each(['/outbox/0/html', '/outbox/9999/html', '/outbox/-1/html', '/outbox/__proto__/html', '/outbox/62'])('knows no %s', async (path) =>
    expect((await get(path)).status).toBe(404),
  );
});
