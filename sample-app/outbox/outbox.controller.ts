import { Controller, Get, Header, NotFoundException, Param } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Frame } from '../web/frame.js';
import { outboxPage } from './outbox.page.js';
import { Outbox } from './outbox.js';

const SHOWS_FRAMES =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/** A mail's HTML is not ours to trust: it runs nothing, loads nothing, and stands in a frame of the outbox alone. */
const SANDBOX =
  "sandbox allow-popups allow-top-navigation-by-user-activation; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

@ApiExcludeController()
@Controller('outbox')
export class OutboxController {
  constructor(
    private readonly outbox: Outbox,
    private readonly frame: Frame,
  ) {}

  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', SHOWS_FRAMES)
  show(): string {
    return this.frame.around(outboxPage(this.outbox.newest()));
  }

  @Get(':number/html')
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', SANDBOX)
  html(@Param('number') number: string): string {
    const kept = this.outbox.find(Number(number));
    if (kept === undefined) throw new NotFoundException();
    return kept.mail.html;
  }
}
