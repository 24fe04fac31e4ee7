import { readFileSync } from 'node:fs';

/** The static files: seen from here alike in the sources and in what is compiled from them. */
export const FILES = new URL('../../sample-app/pages/', import.meta.url);

/** What all pages have around them. A page is a file of its own: what belongs into `<head>`, then its `<main>`. */
export class Frame {
  private readonly frame: string;

  /**
   * @param development shows what exists in development only, such as the way to the outbox.
   * @param apiDocs where the API's own pages are, or its document.
   */
  constructor(development: boolean, apiDocs = '/docs') {
    const frame = contentOf('frame.html').replace('href="/docs"', `href="${apiDocs}"`);
    this.frame = frame.replace('<html', development ? '<html data-development' : '<html');
  }

  around(page: string): string {
    const main = page.indexOf('<main');
    const head = page.slice(0, main).replace('</title>', ' – Notes</title>').trim();
    // Functions: in a replacement text `$&` would mean something.
    return this.frame.replace('<!-- head -->', () => head).replace('<!-- main -->', () => page.slice(main).trim());
  }

  page(name: string): string {
    return this.around(contentOf(`${name}.html`));
  }
}

function contentOf(file: string): string {
  return readFileSync(new URL(file, FILES), 'utf8');
}
