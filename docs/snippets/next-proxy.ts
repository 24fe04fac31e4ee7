const API = process.env['API_URL'] ?? 'http://127.0.0.1:3001';

/** They belong to one connection (RFC 9110, 7.6.1), or are no longer true once `fetch` has unpacked the body. */
const DROPPED = ['connection', 'keep-alive', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'host', 'content-length', 'content-encoding'];

function passedOn(headers: Headers): Headers {
  const kept = new Headers(headers);
  for (const name of DROPPED) kept.delete(name);
  return kept;
}

/** Hands a request to the Nest app as it is: cookie, `Origin`, `Sec-Fetch-Site`, body; and its answer back, `Set-Cookie` and all. */
async function forward(request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD';
  const answer = await fetch(API + pathname.replace(/^\/api(?=\/)/, '') + search, {
    method: request.method,
    headers: passedOn(request.headers),
    redirect: 'manual',
    ...(hasBody && { body: await request.arrayBuffer() }),
  });
  return new Response(answer.body, { status: answer.status, headers: passedOn(answer.headers) });
}

export { forward as GET, forward as POST, forward as PUT, forward as PATCH, forward as DELETE };
