import type { ModulesContainer } from '@nestjs/core';
import { HttpExchanges } from '../http-exchanges.js';
import type { ContextReaders } from './context-readers.js';

/** The readers of every user space of an application: each has guards of its own. To be called when all modules are made. */
export function contextReadersOf(modules: ModulesContainer): ContextReaders[] {
  const found = [...modules.values()].map(({ providers }) => providers.get(HttpExchanges)?.instance);
  const exchanges = found.filter((one): one is HttpExchanges => one instanceof HttpExchanges);
  return [...new Set(exchanges)].map(({ readers }) => readers);
}
