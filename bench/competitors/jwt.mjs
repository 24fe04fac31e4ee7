// `node bench/competitors/jwt.mjs <framework> <credentials> [key]`: the guard of https://docs.nestjs.com/security/authentication#jwt-token.
// With `key` the secret is a KeyObject in place of a text.
import 'reflect-metadata';
import { createSecretKey, randomBytes } from 'node:crypto';
import { Injectable, Module, UnauthorizedException, UseGuards } from '@nestjs/common';
import { JwtModule, JwtService } from '@nestjs/jwt';
import { CREDENTIALS, routes, serve } from './serve.mjs';

const text = randomBytes(32).toString('hex');
const secret = process.argv[4] === 'key' ? createSecretKey(text, 'utf8') : text;

class AuthGuard {
  constructor(jwtService) {
    this.jwtService = jwtService;
  }
  async canActivate(context) {
    const request = context.switchToHttp().getRequest();
    const [type, token] = request.headers.authorization?.split(' ') ?? [];
    if (type !== 'Bearer' || !token) throw new UnauthorizedException();
    try {
      request.user = await this.jwtService.verifyAsync(token);
    } catch {
      throw new UnauthorizedException();
    }
    return true;
  }
}
Injectable()(AuthGuard);
Reflect.defineMetadata('design:paramtypes', [JwtService], AuthGuard);

class App {}
Module({
  imports: [JwtModule.register({ global: true, secret, signOptions: { expiresIn: '1h' } })],
  controllers: [routes({ guarded: [UseGuards(AuthGuard)] })],
})(App);

await serve(App, {
  credentials: ({ app }) => {
    const jwt = app.get(JwtService);
    const sign = (_, index) => jwt.signAsync({ sub: index, username: `bench-${index}` });
    return Promise.all(Array.from({ length: CREDENTIALS }, async (...at) => ({ authorization: `Bearer ${await sign(...at)}` })));
  },
});
