import type { OpenAPIObject } from '@nestjs/swagger';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { HttpClient, type HttpAnswer, type HttpRequest } from '../../support/http-client.js';
import { type DocumentOperation, operationsIn } from './described-app.js';

/** Compares real requests and answers with a document: a status, header, body or property that it does not name is a fault. */
export class DocumentCheck {
  readonly faults: string[] = [];
  /** `authLogin 200`, once for each. */
  readonly seen = new Set<string>();
  /** `authLogin USERS_TOO_MANY_REQUESTS`, once for each. */
  readonly errorsSeen = new Set<string>();
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true, formats: { 'idn-email': true, password: true } });
  private readonly operations: Map<string, DocumentOperation>;

  constructor(
    document: OpenAPIObject,
    /** Whether what was sent is compared, too: bodies of strangers hold what no document names. */
    private readonly comparesRequests = true,
  ) {
    (formats as unknown as (ajv: Ajv2020) => void)(this.ajv);
    this.operations = operationsIn(document);
    this.ajv.addSchema({ $id: 'document', ...(closed({ components: document.components }) as object) });
  }

  /** `authLogin 200` and so on: every good answer that the document promises. */
  goodAnswers(): string[] {
    return [...this.operations.values()].flatMap(({ operationId, responses }) =>
      Object.keys(responses)
        .filter((status) => status.startsWith('2'))
        .map((status) => `${operationId} ${status}`),
    );
  }

  routes(): string[] {
    return [...this.operations.keys()];
  }

  /** Every error code that the document names, with its operation. */
  errors(): string[] {
    return [...this.operations.values()].flatMap(({ operationId, responses }) =>
      Object.values(responses).flatMap(({ content }) =>
        codesIn(content?.['application/json']?.schema).map((code) => `${operationId} ${code}`),
      ),
    );
  }

  see(route: string, sent: unknown, answer: HttpAnswer): void {
    const [method = '', target = ''] = route.split(' ');
    const { pathname, searchParams } = new URL(target, 'http://x');
    const [, operation] = [...this.operations].find(([at]) => fits(at, method, pathname)) ?? [];
    if (operation === undefined) return void this.faults.push(`${route}: no such operation`);
    const documented = operation.responses[String(answer.status)];
    const label = `${operation.operationId} ${answer.status}`;
    this.seen.add(label);
    if (answer.status >= 400) this.errorsSeen.add(`${operation.operationId} ${(answer.body as { code: string }).code}`);
    if (documented === undefined) return void this.faults.push(`${label}: not documented: ${answer.text}`);
    this.compareBody(label, documented.content, answer);
    const missing = Object.keys(documented.headers ?? {}).filter((name) => !answer.headers.has(name));
    if (missing.length > 0 || answer.headers.has('retry-after') !== (documented.headers?.['Retry-After'] !== undefined))
      this.faults.push(`${label}: Retry-After`);
    if (this.comparesRequests && answer.status < 300) this.compareRequest(label, operation, { sent, names: [...searchParams.keys()] });
  }

  private compareBody(label: string, content: Record<string, { schema: object }> | undefined, answer: HttpAnswer): void {
    if (content === undefined) {
      if (answer.text !== '') this.faults.push(`${label}: a body where none is documented: ${answer.text}`);
      return;
    }
    this.compare(label, content['application/json']?.schema, answer.body);
  }

  /** What the server takes, the document must allow. */
  private compareRequest(
    label: string,
    { requestBody, parameters }: DocumentOperation,
    { sent, names }: { sent: unknown; names: string[] },
  ): void {
    const schema = requestBody?.content['application/json']?.schema;
    if (sent !== undefined) this.compare(`${label} request`, schema, sent);
    else if (requestBody?.required === true) this.faults.push(`${label}: the document asks for a body, the server does not`);
    const known = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
    const strays = names.filter((name) => !known.includes(name));
    if (strays.length > 0) this.faults.push(`${label}: parameters ${strays.join()}`);
  }

  private compare(label: string, schema: object | undefined, value: unknown): void {
    if (schema === undefined) return void this.faults.push(`${label}: no schema`);
    const pointed = JSON.parse(JSON.stringify(closed(schema)).replaceAll('"#/', '"document#/')) as object;
    const validate = this.ajv.compile(pointed);
    if (!validate(value)) this.faults.push(`${label}: ${this.ajv.errorsText(validate.errors)} in ${JSON.stringify(value)}`);
  }
}

/** A browser whose every request is compared with the document. */
export class CheckedClient extends HttpClient {
  constructor(
    base: string,
    private readonly check: DocumentCheck,
  ) {
    super(base);
  }

  override async send(method: string, path: string, request: HttpRequest = {}): Promise<HttpAnswer> {
    const answer = await super.send(method, path, request);
    this.check.see(`${method} ${path}`, request.body, answer);
    return answer;
  }
}

function codesIn(schema: object = {}): string[] {
  const { allOf = [] } = schema as { allOf?: { properties?: { code: { enum: string[] } } }[] };
  return allOf.flatMap(({ properties }) => properties?.code.enum ?? []);
}

function fits(route: string, method: string, path: string): boolean {
  const [knownMethod, pattern = ''] = route.split(' ');
  return knownMethod === method && new RegExp(`^${pattern.replace(/\{\w+\}/g, '(?!me$|fields$)[^/]+')}$`).test(path);
}

/** Our schemas are open, so that a later version may add; a test wants to hear of everything that is not documented. */
function closed(schema: unknown, isPart = false): unknown {
  if (Array.isArray(schema)) return schema.map((item) => closed(item, isPart));
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema as Record<string, unknown>);
  const inner = entries.map(([key, value]) => [key, key === 'AuthError' ? value : closed(value, key === 'allOf')] as const);
  const { allOf, properties, type, additionalProperties } = schema as Record<string, unknown>;
  const isObject = type === 'object' && (typeof properties === 'object' || additionalProperties === undefined);
  return {
    ...Object.fromEntries(inner),
    ...(allOf !== undefined && { unevaluatedProperties: false }),
    ...(isObject && !isPart && !('enum' in schema) && { additionalProperties: false }),
  };
}
