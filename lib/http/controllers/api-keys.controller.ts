import { Delete, Get, HttpCode, Post, Req } from '@nestjs/common';
import { NotFoundError } from '../../kernel/errors.js';
import type { ApiKey, CreatedApiKey } from '../../sessions/api-keys/api-key.js';
import type { CreateApiKeyInput } from '../../sessions/api-keys/api-key-input.js';
import { SessionsService } from '../../sessions/sessions.service.js';
import { bodyOf, take } from '../body.js';
import { HttpExchanges } from '../http-exchanges.js';
import type { SessionRequest } from '../own-request.js';
import { ClosedToActing } from '../route-access.js';
import { OwnRoutes } from './own-routes.decorator.js';

/** The keys by which programs act for the user. No key may come here itself: one that leaked could make itself an heir. */
@OwnRoutes()
export class ApiKeysController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly exchanges: HttpExchanges,
  ) {}

  @Get('api-keys')
  async list(@Req() { auth }: SessionRequest): Promise<{ items: ApiKey[] }> {
    return { items: await this.sessions.listApiKeys(auth.user.id) };
  }

  /** The one answer that shows the key. It would outlive an impersonation. */
  @ClosedToActing(true)
  @HttpCode(201)
  @Post('api-keys')
  async create(@Req() request: SessionRequest): Promise<CreatedApiKey> {
    const input = take<CreateApiKeyInput>(bodyOf(this.exchanges.ofRequest(request)), ['name', 'scopes', 'expiresAt', 'maxUses', 'rate']);
    return this.sessions.createApiKey(request.auth.user.id, input);
  }

  @ClosedToActing(true)
  @HttpCode(204)
  @Delete('api-keys/:id')
  async end(@Req() request: SessionRequest): Promise<void> {
    const id = String(this.exchanges.ofRequest(request).param('id'));
    // Another user's key is not told apart from one that never was.
    if (!(await this.sessions.endApiKey(id, { userId: request.auth.user.id }))) throw new NotFoundError();
  }
}
