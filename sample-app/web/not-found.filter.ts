import { type ArgumentsHost, Catch, NotFoundException } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import type { Request, Response } from 'express';

/** People get a page, programs get JSON. */
@Catch(NotFoundException)
export class NotFoundFilter extends BaseExceptionFilter {
  constructor(
    private readonly page: string,
    ...parent: ConstructorParameters<typeof BaseExceptionFilter>
  ) {
    super(...parent);
  }

  override catch(exception: NotFoundException, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const isForPeople = ['GET', 'HEAD'].includes(request.method) && request.accepts(['json', 'html']) === 'html';
    if (!isForPeople) return super.catch(exception, host);
    host.switchToHttp().getResponse<Response>().status(404).type('html').send(this.page);
  }
}
