import { accessOf, errorAnswers, takesKeys } from './error-answers.js';
import type { MountedRoute } from './mounted-routes.js';
import { parametersOf } from './parameters.js';
import { securityOf } from './security-schemes.js';

/** The part of an operation in a document that we read or write. */
export interface DocumentOperation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly requestBody?: object;
  readonly responses?: Readonly<Record<string, { readonly description?: string; readonly content?: object } | undefined>>;
  readonly [more: string]: unknown;
}

/** Completes what Swagger found of a route. The host's summary, description, body and answers stay where he gave some. */
export function describedOperation(route: MountedRoute, found: DocumentOperation, operationId: string): DocumentOperation {
  const { operation, space, path } = route;
  const description = found.description ?? operation.description;
  const body = found.requestBody ?? bodyOf(route);
  return {
    ...found,
    ...(!route.isNamed && { operationId }),
    tags: [tagOf(route).name],
    summary: found.summary !== undefined && found.summary !== '' ? found.summary : operation.summary,
    ...(description !== undefined && { description }),
    parameters: parametersOf(path, operation.query),
    ...(body && { requestBody: body }),
    responses: { ...goodAnswers(route), ...errorAnswers(route), ...answersOfHost(found) },
    security: securityOf(space, accessOf(route), takesKeys(route)),
  };
}

/** `authLogin`; where the app has several versions of the route, `authLogin_2`. */
export function operationIdOf(route: MountedRoute, all: readonly MountedRoute[]): string {
  const { space, operation, version } = route;
  const id = space.name + operation.id.charAt(0).toUpperCase() + operation.id.slice(1);
  const twins = all.filter((other) => other.space === space && other.operation === operation);
  const suffix = version === '' ? String(twins.indexOf(route) + 1) : version;
  return twins.length > 1 ? `${id}_${suffix}` : id;
}

/** One heading for one's own account and one for the administration, in each space. */
export function tagOf({ space, part }: Pick<MountedRoute, 'space' | 'part'>): { name: string; description: string } {
  const own = space.name === 'auth' ? '' : `${space.prefix} `;
  if (part === 'account') return { name: `${own}Account`, description: "One's own account and sessions." };
  return { name: `${own}Administration`, description: 'Users and sessions, for administrators.' };
}

function bodyOf({ operation: { body, isBodyRequired = true } }: MountedRoute): object | undefined {
  return body === undefined ? undefined : { required: isBodyRequired, content: json(body) };
}

function goodAnswers({ operation: { answers } }: MountedRoute): Record<string, object> {
  const entries = Object.entries(answers);
  return Object.fromEntries(
    entries.map(([status, name]) => [status, { description: WORDS[status] ?? '', ...(name !== null && { content: json(name) }) }]),
  );
}

const WORDS: Readonly<Record<string, string>> = {
  200: 'Done.',
  201: 'Made.',
  202: 'Taken up; what comes of it is in the mail.',
  204: 'Done.',
};

function json(schema: string): object {
  return { 'application/json': { schema: { $ref: schema } } };
}

/** Swagger itself notes an empty answer for each route; only what has more to say is the host's. */
function answersOfHost({ responses = {} }: DocumentOperation): Record<string, object> {
  const entries = Object.entries(responses).filter(([, answer]) => answer?.content !== undefined || (answer?.description ?? '') !== '');
  return Object.fromEntries(entries.map(([status, answer]) => [status, answer ?? {}]));
}
