import { CurrentUser } from 'nestjs-users';
export class X { m(@CurrentUser() u: CurrentUser): string { return u.company.toUpperCase(); } }
