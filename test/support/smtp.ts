import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface ReceivedMail {
  readonly recipients: readonly string[];
  readonly sender: string;
  readonly headers: string;
  readonly source: string;
}

/** What a test needs of a mail server, a good one or a bad one. */
export interface MailServer {
  readonly url: string;
  /** The mails that it has taken. */
  readonly received: readonly ReceivedMail[];
  /** How many times somebody has connected. */
  readonly visits: () => number;
  /** How many connections are open and have been told nothing. */
  readonly open: () => number;
  close(): Promise<void>;
}

/** A real SMTP server on loopback; `options` are those of smtp-server. */
export async function smtpServer(options: SMTPServerOptions = {}, port = 0): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  let visits = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    closeTimeout: 100,
    onData(stream, { envelope: { mailFrom, rcptTo } }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const source = Buffer.concat(chunks).toString();
        const [headers = ''] = source.split('\r\n\r\n');
        received.push({
          recipients: rcptTo.map(({ address }) => address),
          sender: mailFrom === false ? '' : mailFrom.address,
          headers,
          source,
        });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  server.server.on('connection', () => (visits += 1));
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve));
  return {
    url: `${options.secure === true ? 'smtps' : 'smtp'}://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    received,
    visits: () => visits,
    open: () => 0,
    close: () => new Promise((resolve) => void server.close(resolve)),
  };
}

/** A server of our own, for what a real one never does: it hears each line and does with the connection what the test says. */
export async function brokenServer(
  onOpen: (socket: Socket) => void,
  onLine: (line: string, socket: Socket) => void = () => undefined,
): Promise<MailServer> {
  const sockets = new Set<Socket>();
  let visits = 0;
  const server = createServer((socket) => {
    visits += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (data) =>
      data
        .toString()
        .split('\r\n')
        .filter(Boolean)
        .forEach((line) => onLine(line, socket)),
    );
    onOpen(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    visits: () => visits,
    open: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        sockets.forEach((socket) => socket.destroy());
      }),
  };
}

/** Takes connections and says nothing. */
export const muteServer = (): Promise<MailServer> => brokenServer(() => undefined);

/** Takes the envelope and resets the connection when the message begins. */
export const dyingServer = (): Promise<MailServer> => {
  const answer: Readonly<Record<string, string>> = { EHLO: '250 dying', MAIL: '250 ok', RCPT: '250 ok', DATA: '354 go on' };
  return brokenServer(
    (socket) => socket.write('220 dying ESMTP\r\n'),
    (line, socket) => {
      const words = answer[line.slice(0, 4)];
      if (words === undefined) socket.resetAndDestroy();
      else socket.write(`${words}\r\n`);
    },
  );
};

/** Without the line folding of quoted-printable. */
export const decoded = (source: string): string => source.replaceAll('=\r\n', '').replaceAll('=3D', '=');

/** Waits until `condition` holds; fails with `why()`. */
export async function until(condition: () => boolean, why: () => string = () => 'it did not happen'): Promise<void> {
  const end = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Waited too long: ${why()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
