import { Injectable } from '@nestjs/common';
import { InvalidationBus } from './invalidation-bus.port.js';

/** For one node: there is nobody to tell, and nobody to hear. */
@Injectable()
export class LocalInvalidationBus extends InvalidationBus {
  override readonly isListening = true;

  override publish(): void {
    // What changed on this node, this node knows.
  }

  override subscribe(): () => void {
    return () => undefined;
  }
}
