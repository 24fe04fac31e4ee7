import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page, type Request } from 'playwright-core';
import { findChromium } from './find-chromium.mjs';
import { PASSWORD } from './sample.js';

/** Chromium without its sandbox: as root, as in a container, it does not start otherwise. It visits nothing but the test's own pages. */
export function launch(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error('There is no Chromium: install it, or name it in USERS_TEST_CHROMIUM.');
  // The cache of whole pages is what a back button takes them from: it must be on as people have it.
  return chromium.launch({ executablePath, args: ['--no-sandbox'], ignoreDefaultArgs: ['--disable-back-forward-cache'] });
}

export const USER_AGENTS = {
  chrome: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  safari:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
  firefox: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:142.0) Gecko/20100101 Firefox/142.0',
};

/** Somebody at a browser of their own. What a page must never do is noted in `faults`. */
export class Person {
  readonly faults: string[] = [];
  /** What the page has asked for and not got yet. */
  private readonly asked = new Set<Request>();

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    private readonly url: string,
  ) {
    context.on('page', (other) => this.watch(other));
    this.watch(page);
    page.on('request', (request) => {
      if (request.isNavigationRequest() && request.frame() === page.mainFrame()) this.asked.clear();
      this.asked.add(request);
    });
    page.on('requestfinished', (request) => this.asked.delete(request));
    page.on('requestfailed', (request) => this.asked.delete(request));
  }

  static async arrive(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Person> {
    const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, userAgent: USER_AGENTS.chrome, ...options });
    context.setDefaultTimeout(15_000);
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
        console.error(`policy violated: ${violatedDirective} ${blockedURI}`);
      });
    });
    return new Person(context, await context.newPage(), url);
  }

  /** Opens a page of the sample, or a link as it stands in a mail. */
  async open(path: string): Promise<void> {
    await this.page.goto(new URL(path, this.url).href);
    await this.settled();
  }

  /** Until the page is loaded and waits for no answer: Playwright's own `networkidle` adds half a second of silence each time. */
  private async settled(): Promise<void> {
    const deadline = Date.now() + 15_000;
    for (let quiet = 0; quiet < 2;) {
      if (Date.now() > deadline) throw new Error(`${this.page.url()} does not come to rest.`);
      const isLoaded = await this.page
        .evaluate(() => new Promise<boolean>((resolve) => setTimeout(() => resolve(document.readyState === 'complete'), 10)))
        // It went on to another page meanwhile.
        .catch(() => false);
      quiet = isLoaded && this.asked.size === 0 ? quiet + 1 : 0;
    }
  }

  async fill(entries: Readonly<Record<string, string>>, within = 'form'): Promise<void> {
    for (const [name, value] of Object.entries(entries)) await this.page.fill(`${within} [name="${name}"]`, value);
  }

  /** Presses a button or a link by its name. */
  press(name: string | RegExp, role: 'button' | 'link' = 'button'): Promise<void> {
    return this.page
      .getByRole(role, { name, exact: typeof name === 'string' })
      .first()
      .click();
  }

  async at(path: string): Promise<void> {
    await this.page.waitForURL((url) => url.pathname === path);
    await this.settled();
  }

  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).locator('visible=true').first().waitFor();
  }

  async signIn(login: string, password = PASSWORD): Promise<void> {
    await this.open('/login');
    await this.fill({ login, password });
    await this.press('Sign in');
    await this.at('/app');
  }

  /** The newest link in the outbox that was mailed to `address` and leads to `page`. */
  async mailed(address: string, page: 'confirm' | 'reset'): Promise<string> {
    const outbox = await this.context.newPage();
    try {
      await outbox.goto(`${this.url}/outbox`);
      const entry = outbox.locator('main li', { hasText: `To ${address} ` });
      for (let tries = 0; tries < 50 && (await entry.locator(`a[href*="/${page}#"]`).count()) === 0; tries++) await outbox.reload();
      return (await entry.locator(`a[href*="/${page}#"]`).first().getAttribute('href')) ?? '';
    } finally {
      await outbox.close();
    }
  }

  /** Calls the API as the page does, to set a scene. */
  api<T>(method: string, path: string, body?: object): Promise<T> {
    return this.page.evaluate(
      async ([how, where, what]) => {
        const headers = { 'content-type': 'application/json' };
        const answer = await fetch(where, { method: how, ...(what && { headers, body: JSON.stringify(what) }) });
        return (answer.status === 204 ? null : await answer.json()) as never;
      },
      [method, path, body] as const,
    );
  }

  async leave(): Promise<void> {
    await this.context.close();
  }

  private watch(page: Page): void {
    page.on('pageerror', (error) => this.faults.push(`${page.url()}: ${String(error)}`));
    page.on('dialog', (dialog) => {
      this.faults.push(`${page.url()}: a script ran: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (/^https?:$/.test(protocol) && origin !== this.url) this.faults.push(`${page.url()}: asked ${request.url()}`);
    });
    page.on('console', (message) => {
      // Chromium itself writes one line for each answer that is an error: refusals are what these tests are about.
      if (message.text().startsWith('Failed to load resource')) return;
      if (['error', 'warning'].includes(message.type())) this.faults.push(`${page.url()}: ${message.text()}`);
    });
  }
}
