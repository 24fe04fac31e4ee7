import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { FILES } from './frame.js';

const ASSETS = new URL('assets/', FILES);
const TYPES: Record<string, string> = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' };

/** A file as it goes over the wire. */
export interface Asset {
  readonly type: string;
  readonly etag: string;
  readonly plain: Buffer;
  /** By the name of the encoding, the smallest first: browsers take `br` over https and from localhost. */
  readonly packed: Readonly<Record<'br' | 'gzip', Buffer>>;
}

/** Reads and compresses every script and style once: what is asked for later costs no disk and no processor. */
export function readAssets(): ReadonlyMap<string, Asset> {
  return new Map(readdirSync(ASSETS).map((name) => [`/assets/${name}`, assetOf(name)]));
}

function assetOf(name: string): Asset {
  const plain = readFileSync(new URL(name, ASSETS));
  const type = TYPES[name.split('.').at(-1) ?? ''];
  if (type === undefined) throw new Error(`sample-app/pages/assets/${name}: only .js and .css belong here.`);
  const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 20)}"`;
  return { type, etag, plain, packed: { br: brotliCompressSync(plain), gzip: gzipSync(plain) } };
}
