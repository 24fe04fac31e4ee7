/** @throws Error under `NODE_ENV=production`: what makes tests fast would leave an application open. */
export function refuseInProduction(what: string): void {
  if (process.env['NODE_ENV'] === 'production') throw new Error(`${what} is for tests and protects nothing: NODE_ENV is production.`);
}
