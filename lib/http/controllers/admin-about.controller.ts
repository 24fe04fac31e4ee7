import { Get } from '@nestjs/common';
import { type OwnFieldDescription, OwnFields } from '../../users/own-fields.js';
import { AdminRoutes } from './admin-routes.decorator.js';

/** What an administrator may do here. */
const CAN = [
  'users.read',
  'users.create',
  'users.update',
  'users.delete',
  'users.activate',
  'users.set-admin',
  'users.set-password',
  'sessions.read',
  'sessions.end',
] as const;

/** Tells a page for administrators what to show. */
@AdminRoutes()
export class AdminAboutController {
  constructor(private readonly ownFields: OwnFields) {}

  @Get('me')
  me(): { can: readonly string[] } {
    return { can: CAN };
  }

  @Get('fields')
  fields(): OwnFieldDescription[] {
    return this.ownFields.describe();
  }
}
