import { Get, Req } from '@nestjs/common';
import { ADMIN_PERMISSIONS, FOR_ADMINS_ALONE } from '../../roles/admin-permissions.js';
import { ADMIN } from '../../roles/right-names.js';
import { permits } from '../../roles/rights.js';
import { type OwnFieldDescription, OwnFields } from '../../users/own-fields.js';
import type { SessionRequest } from '../own-request.js';
import { AsksFor } from '../route-access.js';
import { AdminRoutes } from './admin-routes.decorator.js';

/** Tells a page for administrators what to show. */
@AdminRoutes()
export class AdminAboutController {
  constructor(private readonly ownFields: OwnFields) {}

  /** By the request's own rights: those of an API key are fewer than its owner's. */
  @AsksFor(ADMIN_PERMISSIONS)
  @Get('me')
  me(@Req() { auth: { permissions } }: SessionRequest): { can: readonly string[] } {
    const can = ADMIN_PERMISSIONS.filter((name) => permits(permissions, name));
    return { can: permissions.includes(ADMIN) ? [...can, FOR_ADMINS_ALONE] : can };
  }

  @AsksFor(ADMIN_PERMISSIONS)
  @Get('fields')
  fields(): OwnFieldDescription[] {
    return this.ownFields.describe();
  }
}
