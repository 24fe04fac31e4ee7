import { plainWs, type SocketClient } from '../integration/contexts/socket-clients.js';
import { HttpClient } from '../support/http-client.js';

let guests = 0;

/** One session, shown to two nodes, with a socket to each: both remember it. */
export class Guest {
  private constructor(
    private readonly token: string,
    private readonly sockets: readonly SocketClient[],
  ) {}

  /** Signs in at the first and shows himself to both. */
  static async at(urls: readonly [string, string]): Promise<Guest> {
    guests += 1;
    const [username, password] = [`guest${guests}`, 'seven green doors'];
    const client = new HttpClient(urls[0]);
    await client.send('POST', '/auth/register', { body: { username, password } });
    const { body, text } = await client.send('POST', '/auth/login', { body: { login: username, password, transport: 'bearer' } });
    const token = (body as { token?: string } | null)?.token;
    if (token === undefined) throw new Error(`A guest was not let in: ${text}`);
    const headers = { authorization: `Bearer ${token}` };
    const guest = new Guest(token, await Promise.all(urls.map((url) => plainWs(url, { headers }))));
    for (const url of [...urls, ...urls]) if ((await guest.statusAt(url)) !== 200) throw new Error('A guest is refused.');
    return guest;
  }

  async statusAt(url: string): Promise<number> {
    return (await new HttpClient(url).send('GET', '/auth/me', { token: this.token })).status;
  }

  async leaveBy(url: string): Promise<number> {
    return (await new HttpClient(url).send('POST', '/auth/logout', { token: this.token })).status;
  }

  /** How each of his sockets was closed. */
  closed(): Promise<(number | string)[]> {
    return Promise.all(this.sockets.map((socket) => socket.closed()));
  }
}
