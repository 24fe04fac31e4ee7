import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Frame } from '../web/frame.js';
import { outboxPage } from './outbox.page.js';
import { Outbox } from './outbox.js';

@ApiExcludeController()
@Controller('outbox')
export class OutboxController {
  constructor(
    private readonly outbox: Outbox,
    private readonly frame: Frame,
  ) {}

  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  show(): string {
    return this.frame.around(outboxPage(this.outbox.newest()));
  }
}
