import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { RandomSource } from './random-source.port.js';

/** The operating system's generator. */
@Injectable()
export class SystemRandomSource extends RandomSource {
  override bytes(size: number): Buffer {
    return randomBytes(size);
  }
}
