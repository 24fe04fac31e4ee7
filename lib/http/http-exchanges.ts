import { type ExecutionContext, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ForbiddenError } from '../kernel/errors.js';
import { ClientAddress } from './client-address.port.js';
import { type HttpAnswer, HttpExchange } from './http-exchange.js';

/** Reads requests of Express and Fastify into one form, and finds that form again in the handler. */
@Injectable()
export class HttpExchanges {
  private readonly known = new WeakMap<object, HttpExchange>();

  constructor(
    private readonly adapters: HttpAdapterHost,
    private readonly clientAddress: ClientAddress,
  ) {}

  /**
   * @throws ForbiddenError for a message, a socket or a query language: what we cannot read we must not let through.
   */
  of(context: ExecutionContext): HttpExchange {
    const request = requestOf(context);
    if (request === null) throw new ForbiddenError('This guard reads HTTP requests only.');
    const known = this.known.get(request);
    if (known !== undefined) return known;
    const exchange = new HttpExchange(request, this.clientAddress.of(request), this.answerOf(context.switchToHttp().getResponse<object>()));
    this.known.set(request, exchange);
    return exchange;
  }

  /** In a handler, whose guard has seen the request, and in a Passport strategy, which has no answer. */
  ofRequest(request: object): HttpExchange {
    return this.known.get(request) ?? new HttpExchange(request, this.clientAddress.of(request));
  }

  private answerOf(response: object): HttpAnswer {
    const adapter = this.adapters.httpAdapter;
    return {
      get: (name) => adapter.getHeader(response, name) as unknown,
      set: (name, value) => void adapter.setHeader(response, name, value),
      append: (name, value) => void adapter.appendHeader(response, name, value),
      status: (code) => void adapter.status(response, code),
    };
  }
}

/** @returns the framework's request, or `null` where there is none: sockets, messages, GraphQL. */
export function requestOf(context: ExecutionContext): object | null {
  if (context.getType<string>() !== 'http') return null;
  const request: unknown = context.switchToHttp().getRequest();
  return typeof request === 'object' && request !== null ? request : null;
}
