import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Counter, Histogram, Meter, ObservableGauge, ObservableResult } from '@opentelemetry/api';
import { HashLane, MailQueue, type MeasurementListener, Measurements } from '../../extend.js';
import { PasswordReset, PasswordResetRefused, UsersEvents } from '../../index.js';

/** Where the instruments come from, and for which space they count. */
export abstract class MeterSource {
  abstract readonly meter: () => Meter;
  abstract readonly space: string;
}

const SPACE = 'users.space';
const OUTCOME = 'users.outcome';
/** In seconds: a hash takes some 0.03, a full lane a few. */
const WAITS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Hands on what the inside measures. The attributes are a space's name and words of closed lists: no id, no name, no address. */
@Injectable()
export class UsersMeter implements OnModuleInit, OnModuleDestroy {
  private readonly endings: (() => void)[] = [];

  constructor(
    private readonly source: MeterSource,
    private readonly measurements: Measurements,
    private readonly events: UsersEvents,
    private readonly hashes: HashLane,
    private readonly mails: MailQueue,
  ) {}

  onModuleInit(): void {
    const meter = this.source.meter();
    const add = this.countersOf(meter);
    const wait = this.waitOf(meter);
    const listener: MeasurementListener = (what, outcome, value) => {
      if (what === 'hash-wait') wait(outcome, value);
      else add(what, outcome, value);
    };
    this.endings.push(
      this.measurements.on(listener),
      this.events.on(PasswordReset, () => add('reset', 'ok', 1)),
      this.events.on(PasswordResetRefused, () => add('reset', 'refused', 1)),
      this.observe(meter, 'users.password_hash.queue.length', { unit: '{hash}', read: () => this.hashes.queued }),
      this.observe(meter, 'users.mail.queue.length', { unit: '{mail}', read: () => this.mails.size }),
    );
  }

  onModuleDestroy(): void {
    for (const end of this.endings.splice(0)) end();
  }

  private countersOf(meter: Meter): (what: string, outcome: string, value: number) => void {
    const counter = (name: string, unit: string, description: string): Counter => meter.createCounter(name, { unit, description });
    const counters: Readonly<Record<string, Counter>> = {
      login: counter('users.logins', '{login}', 'Log-ins with a password, by what became of them.'),
      check: counter('users.session.checks', '{check}', 'Checks of a session or an API key, by what was found.'),
      'session-opened': counter('users.sessions.opened', '{session}', 'Sessions that were opened.'),
      'session-ended': counter('users.sessions.ended', '{session}', 'Sessions that were ended, or deleted once they were over.'),
      reset: counter('users.password_resets', '{reset}', 'Mailed links with which somebody came to choose a new password.'),
      mail: counter('users.mails', '{mail}', 'Mails that were sent, given up or dropped.'),
      'limit-refusal': counter('users.limit.refusals', '{refusal}', 'What a spent budget refused, by the name of the budget.'),
    };
    const space = { [SPACE]: this.source.space };
    return (what, outcome, value) =>
      counters[what]?.add(value, what === 'limit-refusal' ? { ...space, 'users.budget': outcome } : { ...space, [OUTCOME]: outcome });
  }

  private waitOf(meter: Meter): (outcome: string, milliseconds: number) => void {
    const wait: Histogram = meter.createHistogram('users.password_hash.wait.duration', {
      unit: 's',
      description: 'How long a password hash waited for its turn; those that were refused with 503 count as none.',
      advice: { explicitBucketBoundaries: WAITS },
    });
    const space = { [SPACE]: this.source.space };
    return (outcome, milliseconds) => wait.record(milliseconds / 1_000, { ...space, [OUTCOME]: outcome });
  }

  private observe(meter: Meter, name: string, { unit, read }: { unit: string; read: () => number }): () => void {
    const gauge: ObservableGauge = meter.createObservableGauge(name, { unit });
    const tell = (result: ObservableResult): void => result.observe(read(), { [SPACE]: this.source.space });
    gauge.addCallback(tell);
    return () => gauge.removeCallback(tell);
  }
}
