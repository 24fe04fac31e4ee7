export const REDIS_URL: string;
export function findRedisServer(): string | null;
export function probeRedis(): Promise<string | null>;
