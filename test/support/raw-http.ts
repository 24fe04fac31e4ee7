import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** Lower-case name and value, in order, as often as they came. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  /** Sent as they stand: twice, misspelt, broken. */
  readonly headers?: readonly string[];
  readonly body?: string;
  /** Sent after the headers in place of a body, with no length given. */
  readonly ending?: string;
}

/** Sends what no client library would, over a connection of its own. */
export async function sendRaw(url: string, { method = 'GET', path, headers = [], body = '', ending }: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${hostname}:${port}`, 'Connection: close', ...headers];
  if (body !== '') lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  return parsed(await exchange(connect(Number(port), hostname), `${lines.join('\r\n')}\r\n\r\n${ending ?? body}`));
}

function exchange(socket: Socket, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    socket.write(text, 'latin1');
  });
}

function parsed(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [status = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()] as const);
  return { status: Number(status.split(' ')[1]), headers, body: text.slice(end + 4) };
}
