/** What extensions build on: the inside that stays stable within a major version. */
export { idOfToken, hashToken, mintToken, sameHash, type MintedToken, type TokenKind } from './kernel/secret-token.js';
export { Fields } from './kernel/fields.js';
export { isId, newId } from './kernel/id.js';
export { Background } from './kernel/background.js';
export { CountColumn, FlagColumn, IdColumn, InstantColumn, JsonColumn, KeyColumn, RefColumn, TextColumn } from './persistence/columns.js';
export type { Connection } from './persistence/connection.js';
export { Database } from './persistence/database.js';
export { UnitOfWork, Work } from './persistence/unit-of-work.js';
