import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const WIDTHS = [1200, 375, 320] as const;
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** The rules that look at colours: a theme changes nothing else, and all of them twice take twice the time. */
const OF_COLOUR = ['color-contrast', 'link-in-text-block'];
const THEMES = [
  ['light', { type: 'tag', values: RULES }],
  ['dark', { type: 'rule', values: OF_COLOUR }],
] as const;

interface Report {
  readonly violations: { readonly id: string; readonly nodes: { readonly html: string; readonly failureSummary?: string }[] }[];
}

/** Looks at the page as it is now, at each width, in light and dark: what breaks WCAG A or AA (to 2.2), and what scrolls sideways. */
export async function problemsOf(page: Page, what: string): Promise<string[]> {
  const found: string[] = [];
  const before = page.viewportSize();
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    for (const widest of await tooWide(page)) found.push(`${what} at ${width} scrolls sideways: ${widest}`);
    for (const [colorScheme, rules] of THEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const problem of await judged(page, rules)) found.push(`${what} at ${width}, ${colorScheme}: ${problem}`);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  if (before !== null) await page.setViewportSize(before);
  return found;
}

/** What stands out to the right of the page, if anything does. */
export function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const outside = [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > clientWidth);
    return outside.map((one) => one.outerHTML.slice(0, 100)).slice(0, 5);
  });
}

async function judged(page: Page, rules: object): Promise<string[]> {
  // Through the debugger, so that the page's own policy stays as it is.
  if (await page.evaluate(() => !('axe' in window))) await page.evaluate(AXE);
  const { violations } = await page.evaluate((runOnly) => {
    // What lies under an open menu is not there to be pressed: it is judged when the menu is closed.
    const looked = document.querySelector('details.menu[open]') ?? document;
    const { axe } = window as unknown as { axe: { run(context: Node, options: object): Promise<Report> } };
    return axe.run(looked, { resultTypes: ['violations'], runOnly });
  }, rules);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary = '' }) => `${id}: ${html} ${failureSummary}`));
}
