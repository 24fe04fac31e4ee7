import type { INestApplication } from '@nestjs/common';
import type { UsersModuleOptions } from 'nestjs-users';

/** Exactly what the browser sends as `Origin`: scheme, host and port, no slash at the end. */
const FRONT_ENDS = ['https://app.notes.example'];

export const usersOptions: UsersModuleOptions = {
  routes: true,
  http: { origins: FRONT_ENDS },
  mail: { from: 'no-reply@notes.example', baseUrl: 'https://app.notes.example' },
};

/** Before `app.listen()`. */
export function letFrontEndsIn(app: INestApplication): void {
  app.enableCors({
    origin: FRONT_ENDS, // a list: `true` would let every site in
    credentials: true,
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['Retry-After'],
    maxAge: 600,
  });
}
