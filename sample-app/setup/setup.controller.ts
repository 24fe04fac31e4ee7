import { Body, Controller, ForbiddenException, Get, HttpCode, Ip, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { InvalidInputError, UsersService } from 'nestjs-users';

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;

/** `open`: for whoever sits at this machine, in development; `link`: by the link in the log alone; `used`: there are accounts. */
type SetupState = 'open' | 'link' | 'used';

/** Tells the page of the first account what it may show. */
@ApiExcludeController()
@Controller('setup')
export class SetupController {
  constructor(protected readonly users: UsersService) {}

  @Get('state')
  async state(@Ip() ip: string): Promise<{ state: SetupState }> {
    const { items } = await this.users.list({ status: 'active', limit: 1 });
    return { state: items.length > 0 ? 'used' : this.isOpenTo(ip) ? 'open' : 'link' };
  }

  /** Whether no link is needed from there. */
  protected isOpenTo(_ip: string): boolean {
    return false;
  }
}

/** Makes the first administrator without a link: in development, and for whoever sits at this machine. */
@ApiExcludeController()
@Controller('setup')
export class DevelopmentSetupController extends SetupController {
  /** @throws RegistrationClosedError when there is an administrator already: the library decides, in one transaction. */
  @Post('first-administrator')
  @HttpCode(204)
  async create(@Ip() ip: string, @Body() body: unknown): Promise<void> {
    if (!this.isOpenTo(ip)) throw new ForbiddenException();
    const { email, password } = (body ?? {}) as Record<string, unknown>;
    const missing = Object.entries({ email, password }).filter(([, value]) => typeof value !== 'string' || value === '');
    if (missing.length > 0)
      throw new InvalidInputError(
        'An email and a password are needed.',
        Object.fromEntries(missing.map(([name]) => [name, ['USERS_REQUIRED']])),
      );
    await this.users.bootstrap({ email: String(email), password: String(password) });
  }

  protected override isOpenTo(ip: string): boolean {
    return LOOPBACK.test(ip);
  }
}
