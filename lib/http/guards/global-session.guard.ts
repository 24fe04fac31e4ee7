import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { HttpSettings } from '../http.options.js';
import { OwnRoute } from '../own-route.js';
import { SessionGuard } from './session.guard.js';

/** Stands before every route where `http.guard` is `everything`, and before none otherwise. */
@Injectable()
export class GlobalSessionGuard implements CanActivate {
  constructor(
    private readonly settings: HttpSettings,
    private readonly reflector: Reflector,
    private readonly guard: SessionGuard,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    // Our own routes bring their guards themselves, after the checks that come first there.
    if (this.settings.guard === 'marked' || this.reflector.get(OwnRoute, context.getClass()) === true) return true;
    return this.guard.canActivate(context);
  }
}
