import { PublicRoute } from '../route-access.js';

/**
 * Opens a route that a guard would close: nobody is asked who he is, and no query is made. On a method it also lifts what stands on its
 * class, `@AdminOnly()` included; beside `@AdminOnly()` or `@OptionalSession()` on the same target it does nothing.
 */
export function Public(): ClassDecorator & MethodDecorator {
  return PublicRoute(true);
}
