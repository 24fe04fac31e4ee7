import { Injectable } from '@nestjs/common';
import { Clock } from './clock.port.js';

/** The machine's wall clock: the one file in the library that reads it. */
@Injectable()
export class SystemClock extends Clock {
  override now(): Date {
    return new Date();
  }
}
