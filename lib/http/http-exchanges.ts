import { type ExecutionContext, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ClientAddress } from './client-address.port.js';
import type { CallFace } from './contexts/context-reader.port.js';
import { ContextReaders } from './contexts/context-readers.js';
import { type HttpAnswer, HttpExchange } from './http-exchange.js';
import { perRequest } from './per-request.js';

/** Reads calls of every kind into one form, and finds that form again in the handler. */
@Injectable()
export class HttpExchanges {
  /** Who reads which kind of call; an extension adds its own. */
  readonly readers = new ContextReaders();
  private readonly known = perRequest<HttpExchange>();

  constructor(
    private readonly adapters: HttpAdapterHost,
    private readonly clientAddress: ClientAddress,
  ) {}

  /**
   * @throws ForbiddenError for a kind of call that nobody reads: what we cannot read we must not let through.
   */
  of(context: ExecutionContext): HttpExchange {
    return this.ofFace(this.readers.faceOf(context));
  }

  /** One exchange for each unit that is asked for, so that many guards before one handler ask the database once. */
  ofFace({ request, response, unit, isSafe }: CallFace): HttpExchange {
    const known = this.known.get(unit);
    if (known !== undefined) return known;
    const answer = response === null ? undefined : new FrameworkAnswer(this.adapters.httpAdapter, response);
    const exchange = new HttpExchange(request, () => this.clientAddress.of(request), answer, isSafe);
    this.known.set(unit, exchange);
    return exchange;
  }

  /** In a handler, whose guard has seen the request, and in a Passport strategy, which has no answer. */
  ofRequest(request: object): HttpExchange {
    return this.known.get(request) ?? new HttpExchange(request, () => this.clientAddress.of(request));
  }
}

/** The answer of whichever framework, through Nest's adapter for it. */
class FrameworkAnswer implements HttpAnswer {
  constructor(
    private readonly adapter: HttpAdapterHost['httpAdapter'],
    private readonly response: object,
  ) {}

  get(name: string): unknown {
    return this.adapter.getHeader(this.response, name) as unknown;
  }

  set(name: string, value: string): void {
    this.adapter.setHeader(this.response, name, value);
  }

  append(name: string, value: string): void {
    this.adapter.appendHeader(this.response, name, value);
  }

  status(code: number): void {
    this.adapter.status(this.response, code);
  }
}
