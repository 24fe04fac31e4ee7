import { Body, Controller, ForbiddenException, Get, HttpCode, Ip, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { InvalidInputError, UsersService } from 'nestjs-users';

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;

/** Makes the first administrator: in development, and for whoever sits at this machine. */
@ApiExcludeController()
@Controller('setup')
export class SetupController {
  constructor(private readonly users: UsersService) {}

  /** Whether nobody has an account yet. */
  @Get('state')
  async state(@Ip() ip: string): Promise<{ open: boolean }> {
    if (!LOOPBACK.test(ip)) return { open: false };
    return { open: (await this.users.list({ limit: 1 })).items.length === 0 };
  }

  /** @throws RegistrationClosedError when there is an administrator already: the library decides, in one transaction. */
  @Post('first-administrator')
  @HttpCode(204)
  async create(@Ip() ip: string, @Body() body: unknown): Promise<void> {
    if (!LOOPBACK.test(ip)) throw new ForbiddenException();
    const { email, password } = (body ?? {}) as Record<string, unknown>;
    const missing = Object.entries({ email, password }).filter(([, value]) => typeof value !== 'string' || value === '');
    if (missing.length > 0)
      throw new InvalidInputError(
        'An email and a password are needed.',
        Object.fromEntries(missing.map(([name]) => [name, ['USERS_REQUIRED']])),
      );
    await this.users.bootstrap({ email: String(email), password: String(password) });
  }
}
