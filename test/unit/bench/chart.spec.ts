import { describe, expect, it } from '@jest/globals';
import { chartOf, groupsOf } from '../../../bench/chart.mjs';

const machine = { node: 'v20.20.2', cores: 2, cpu: 'A <fast> one & only' };
const rates = (guarded: number, open: number): object => ({ guarded, open, 'by-query': 1 });
const guard = {
  machine,
  rows: [
    { figure: 'P1', what: 'guarded / unguarded', framework: 'fastify', engine: 'sqlite', measured: 0.7, rates: rates(42_000, 60_000) },
    { figure: 'P2', what: 'guarded / one query each', framework: 'fastify', engine: 'postgres', measured: 2.4, rates: rates(1, 2) },
    { figure: 'P4', framework: 'express', engine: 'mariadb', verdict: 'not run: no server' },
  ],
};
const competitors = {
  machine,
  rows: [
    { figure: 'P6', framework: 'fastify', what: '@nestjs/jwt, string secret', measured: 10, ours: 42_000, theirs: 2_700 },
    { figure: '-', framework: 'fastify', what: 'no guard at all', measured: 0.7, ours: 42_000, theirs: 61_000 },
    { figure: 'P7', framework: 'express', what: 'better-auth', verdict: 'not run' },
  ],
};

describe('the chart of the bench', () => {
  it('shows what was measured beside each other, and nothing else', () =>
    expect(groupsOf({ guard, competitors })).toEqual([
      {
        title: 'Fastify',
        bars: [
          { label: 'the route, unguarded', value: 60_000, isOurs: false },
          { label: 'guarded by us, sqlite', value: 42_000, isOurs: true },
          { label: '@nestjs/jwt, string secret', value: 2_700, isOurs: false },
        ],
      },
    ]));

  it('is in the proportion of the figures, for light and dark, and says them to who cannot see it', () => {
    const svg = chartOf({ guard, competitors });
    const lengths = [...svg.matchAll(/<rect class="(?:ours|other)"[^>]* width="([\d.]+)"/g)].map(([, width]) => Number(width));
    expect(lengths).toHaveLength(3);
    expect((lengths[1] as number) / (lengths[0] as number)).toBeCloseTo(0.7, 2);
    expect(svg).toContain('@media (prefers-color-scheme: dark)');
    expect(svg).toMatch(/<desc[^>]*>Fastify: the route, unguarded 60.000, guarded by us, sqlite 42.000/);
  });

  it('takes no text for markup', () => {
    const svg = chartOf({ guard, competitors });
    expect(svg).toContain('A &lt;fast&gt; one &amp; only');
    expect(svg).not.toContain('<fast>');
  });

  it('refuses to draw nothing', () => expect(() => chartOf({})).toThrow('run `npm run bench` first'));
});
