import type { IncomingMessage } from 'node:http';
import { type ArgumentsHost, Catch, type HttpServer, NotFoundException } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';

/** People get a page, programs get JSON. */
@Catch(NotFoundException)
export class NotFoundFilter extends BaseExceptionFilter {
  constructor(
    private readonly page: string,
    private readonly adapter: HttpServer,
  ) {
    super(adapter);
  }

  override catch(exception: NotFoundException, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Pick<IncomingMessage, 'method' | 'headers'>>();
    const isForPeople = /^(GET|HEAD)$/.test(request.method ?? '') && /\btext\/html\b/.test(request.headers.accept ?? '');
    if (!isForPeople) return super.catch(exception, host);
    const response: unknown = host.switchToHttp().getResponse();
    this.adapter.setHeader(response, 'Content-Type', 'text/html; charset=utf-8');
    this.adapter.reply(response, this.page, 404);
  }
}
