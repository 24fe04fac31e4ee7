import type { INestApplication, Type } from '@nestjs/common';
import { createApp } from '../../sample-app/create-app.js';
import { settingsFrom } from '../../sample-app/settings.js';
import { type TestDatabase, testDatabase } from '../support/database.js';
import { freePort } from '../support/free-port.js';
import type { Framework } from '../support/host-app.js';

export const PASSWORD = 'seven green doors';
export const ROOT = 'root@example.com';

/** The sample app as `npm start` runs it, on a database of its own. */
export class Sample {
  private constructor(
    private readonly app: INestApplication,
    readonly database: TestDatabase,
    readonly url: string,
  ) {}

  static async start(framework: Framework, environment: NodeJS.ProcessEnv = {}): Promise<Sample> {
    const database = await testDatabase();
    const port = await freePort();
    const settings = settingsFrom({ PORT: String(port), BASE_URL: `http://localhost:${port}`, FRAMEWORK: framework, ...environment });
    const app = await createApp({ ...settings, database: database.options }, { quiet: true });
    await app.listen(settings.port, settings.host);
    return new Sample(app, database, settings.baseUrl);
  }

  /** What the app is made of, to set a scene that no page can set. */
  get<T>(token: Type<T>): T {
    return this.app.get(token);
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.database.drop();
  }
}
