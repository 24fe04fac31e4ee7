/** A query waited too long for the one SQLite connection. Its `code` is SQLite's own for a busy database, so a 503 follows from it. */
export class SqliteWaitError extends Error {
  readonly code = 'SQLITE_BUSY';

  constructor(waited: number) {
    super(
      `Waited ${waited} ms for the SQLite connection, which a transaction holds. The likely cause: a query outside the transaction is awaited ` +
        'inside it and so waits for itself; inside, use the EntityManager that the transaction gives you. Or the transaction waits for ' +
        'something slow, such as mail or a network call; do that after the commit.',
    );
    this.name = 'SqliteWaitError';
  }
}
