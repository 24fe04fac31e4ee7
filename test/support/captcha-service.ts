import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CaptchaContext } from 'nestjs-users';

type Mood = 'well' | 'failing' | 'silent';

/** A captcha's service on loopback, as a host asks one: by a form, with his secret, and each answer is good once. */
export class CaptchaService {
  mood: Mood = 'well';
  /** What it was asked, its secret left out. */
  readonly asked: { readonly answer: string; readonly action: string; readonly ip: string }[] = [];
  private readonly used = new Set<string>();

  private constructor(
    private readonly server: Server,
    private readonly url: string,
  ) {}

  static async start(): Promise<CaptchaService> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const service = new CaptchaService(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}/verify`);
    server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        if (service.mood === 'silent') return;
        response.writeHead(service.mood === 'failing' ? 500 : 200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ success: service.judge(new URLSearchParams(body)) }));
      });
    });
    return service;
  }

  /** What a host writes. */
  readonly verify = async (answer: string, { action, ip }: CaptchaContext): Promise<boolean> => {
    const body = new URLSearchParams({ secret: 'the host’s secret', response: answer, action, remoteip: ip ?? '' });
    const response = await fetch(this.url, { method: 'POST', body });
    if (!response.ok) throw new Error(`The captcha answered ${response.status} to ${answer}.`);
    return ((await response.json()) as { success: boolean }).success;
  };

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private judge(form: URLSearchParams): boolean {
    const answer = form.get('response') ?? '';
    this.asked.push({ answer, action: form.get('action') ?? '', ip: form.get('remoteip') ?? '' });
    const isGood = answer.startsWith('good') && !this.used.has(answer);
    this.used.add(answer);
    return isGood;
  }
}
