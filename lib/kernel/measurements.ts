import { Injectable, Logger } from '@nestjs/common';
import { UsersError } from './errors.js';

/** What is counted, and with which outcomes: closed lists, so that no outcome ever names a person. */
export interface MeasuredOutcomes {
  /** `ok`, the kind of the error, or `error`. */
  readonly login: string;
  /** `ok`, why a session opens nothing (`not_found`, `expired`, `blackout`, `inactive`), the kind of the error, or `error`. */
  readonly check: string;
  readonly 'session-opened': 'ok';
  /** By somebody, or deleted by the janitor because its time was over. */
  readonly 'session-ended': 'ended' | 'expired';
  readonly mail: 'sent' | 'failed' | 'dropped';
  /** The name of the budget that was spent. */
  readonly 'limit-refusal': string;
  /** How long a password hash waited for its turn, in milliseconds, or zero for one that was refused. */
  readonly 'hash-wait': 'admitted' | 'refused';
}
export type Measured = keyof MeasuredOutcomes;

/** Told at once; `value` is a number of things, or what {@link MeasuredOutcomes} says. */
export type MeasurementListener = <M extends Measured>(what: M, outcome: MeasuredOutcomes[M], value: number) => void;

/** Where the inside says what happened and how often, for whoever counts: no id, no name, no address. Nobody listening costs nothing. */
@Injectable()
export class Measurements {
  private readonly logger = new Logger('Measurements');
  private readonly listeners = new Set<MeasurementListener>();

  /** @returns a function that ends the listening. */
  on(listener: MeasurementListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** What a listener throws is logged: counting must not change what is counted. */
  note<M extends Measured>(what: M, outcome: MeasuredOutcomes[M], value = 1): void {
    if (this.listeners.size === 0) return;
    for (const listener of this.listeners) {
      try {
        listener(what, outcome, value);
      } catch (error) {
        this.logger.error(`A ${what} could not be counted: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  /** Notes the kind of what was thrown. */
  noteError(what: 'login' | 'check', error: unknown): void {
    this.note(what, error instanceof UsersError ? error.kind : 'error');
  }
}
