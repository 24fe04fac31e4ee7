import { Reflector } from '@nestjs/core';

/** Metadata: this controller is one of ours. */
export const OwnRoute = Reflector.createDecorator<true>();
