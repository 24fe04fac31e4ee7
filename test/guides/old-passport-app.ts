import 'reflect-metadata';
import { type CanActivate, Controller, type ExecutionContext, Get, Injectable, Module, Post, Req, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuthGuard, PassportModule, PassportSerializer, PassportStrategy } from '@nestjs/passport';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import bcrypt from 'bcrypt';
import type { Request } from 'express';
import session, { type Store } from 'express-session';
import passport from 'passport';
import { Strategy } from 'passport-local';
import type { Repository } from 'typeorm';
import { OldUser } from '../../docs/snippets/old-user.entity.js';
import type { DatabaseOptions } from '../support/database.js';

/** As in the docs of Nest, Passport and express-session: what a reader of the guide has before he begins. */
@Injectable()
class LocalStrategy extends PassportStrategy(Strategy) {
  constructor(@InjectRepository(OldUser) private readonly users: Repository<OldUser>) {
    super();
  }
  async validate(username: string, password: string): Promise<OldUser | null> {
    const user = await this.users.findOneBy({ username });
    return user !== null && (await bcrypt.compare(password, user.password)) ? user : null;
  }
}

@Injectable()
class LocalAuthGuard extends AuthGuard('local') {
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const isRight = (await super.canActivate(context)) as boolean;
    await super.logIn(context.switchToHttp().getRequest<Request>());
    return isRight;
  }
}

@Injectable()
class AuthenticatedGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest<Request>().isAuthenticated();
  }
}

@Injectable()
class SessionSerializer extends PassportSerializer {
  constructor(@InjectRepository(OldUser) private readonly users: Repository<OldUser>) {
    super();
  }
  serializeUser(user: OldUser, done: (error: unknown, id: number) => void): void {
    done(null, user.id);
  }
  deserializeUser(id: number, done: (error: unknown, user: OldUser | null) => void): void {
    void this.users.findOneBy({ id }).then((user) => done(null, user), done as (error: unknown) => void);
  }
}

@Controller()
class OldController {
  @Post('login') @UseGuards(LocalAuthGuard) login() {
    return {};
  }
  @Get('notes') @UseGuards(AuthenticatedGuard) notes(@Req() { user }: Request) {
    return { of: (user as OldUser).username };
  }
}

export const SECRET = 'the secret of the old cookies';

export function useOldSessions(app: NestExpressApplication, store: Store): void {
  app.use(session({ store, secret: SECRET, resave: false, saveUninitialized: false, cookie: { maxAge: 86_400_000 } }));
}

export async function startOldApp(database: DatabaseOptions, store: Store): Promise<NestExpressApplication> {
  @Module({
    imports: [
      TypeOrmModule.forRoot({ ...database, entities: [OldUser], synchronize: true, retryAttempts: 0 }),
      TypeOrmModule.forFeature([OldUser]),
      PassportModule.register({ session: true }),
    ],
    controllers: [OldController],
    providers: [LocalStrategy, SessionSerializer],
  })
  class OldApp {}
  const app = await NestFactory.create<NestExpressApplication>(OldApp, { logger: false, abortOnError: false });
  useOldSessions(app, store);
  app.use(passport.initialize());
  app.use(passport.session());
  await app.listen(0, '127.0.0.1');
  return app;
}
