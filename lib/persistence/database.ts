import type { OnApplicationShutdown } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import type { Connection } from './connection.js';
import { withDeadline } from './deadline.js';
import { HostCommits } from './host-commits.js';
import { Outage } from './outage.js';

/** The host's database outside any transaction: each statement on its own, bounded in time. */
export class Database implements Connection, OnApplicationShutdown {
  constructor(
    readonly dataSource: DataSource,
    /** How long one question may take, in milliseconds, before it counts as unavailable. */
    readonly timeout: number,
    /** Who is told of each question whether it was answered. */
    readonly outage = new Outage(timeout),
  ) {}

  /** Whether questions go into an open transaction, whose rows nobody else may see. */
  get isInTransaction(): boolean {
    return false;
  }

  async ask<T>(task: (manager: EntityManager) => Promise<T>): Promise<T> {
    const askedAt = performance.now();
    try {
      const answer = await withDeadline(task(this.dataSource.manager), this.timeout);
      this.outage.answered(askedAt);
      return answer;
    } catch (error) {
      throw this.outage.judge(error, askedAt);
    }
  }

  /** Each statement is committed by itself. */
  whenOver(task: () => void): void {
    task();
  }

  onApplicationShutdown(): void {
    this.outage.stop();
  }

  /** The same questions inside the caller's open transaction, and outside again once that is over: what runs in the background outlives it. */
  within(manager: EntityManager): Database {
    return new JoinedDatabase(this, manager);
  }
}

class JoinedDatabase extends Database {
  constructor(
    { dataSource, timeout, outage }: Database,
    private readonly host: EntityManager,
  ) {
    super(dataSource, timeout, outage);
  }

  override get isInTransaction(): boolean {
    return this.host.queryRunner?.isTransactionActive === true;
  }

  override ask<T>(task: (manager: EntityManager) => Promise<T>): Promise<T> {
    return super.ask((plain) => task(this.isInTransaction ? this.host : plain));
  }

  override whenOver(task: () => void): void {
    const runner = this.isInTransaction ? this.host.queryRunner : undefined;
    if (runner === undefined) task();
    else HostCommits.of(this.dataSource).add(runner, { committed: task });
  }
}
