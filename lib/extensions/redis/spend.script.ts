import { createHash } from 'node:crypto';

/**
 * One try of one budget, decided and counted in one step: Redis runs a script with nothing in between. The rules are those of
 * `refusedUntil()` and `isOver()` beside the database's store, which the same contract tests.
 *
 * KEYS[1] a hash: `w` when the window began, or, with a growing delay, the last try; `c` how many; `b` until when the next one waits.
 * ARGV now, limit, window, 'spend' or 'ask', then the waits of a growing delay; instants and lengths in milliseconds.
 * The first write is one that a full server refuses: behind another it would let it pass.
 * Answers the instant until which it is refused, or nothing.
 */
const text = `
local now, limit, window = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local waits = #ARGV - 4
local function text(number) return string.format('%.0f', number) end

local row = redis.call('HMGET', KEYS[1], 'w', 'c', 'b')
local at, count, blocked = tonumber(row[1] or nil), tonumber(row[2] or nil), tonumber(row[3] or nil)
local quiet = at
if at and waits > 0 and blocked and blocked > at then quiet = blocked end
if not at or at > now + window or quiet <= now - window then at, count, blocked = now, 0, nil end

if waits > 0 then
  if blocked and blocked > now then return text(blocked) end
elseif count >= limit then
  return text(at + window)
end
if ARGV[4] ~= 'spend' then return false end

local rung = math.min(count - limit + 2, waits)
count = count + 1
local forget = at + window
if waits > 0 then
  at, blocked = now, nil
  if rung > 0 then blocked = now + tonumber(ARGV[4 + rung]) end
  forget = (blocked or now) + window
end
redis.call('HSET', KEYS[1], 'w', text(at), 'c', text(count))
if blocked then redis.call('HSET', KEYS[1], 'b', text(blocked)) else redis.call('HDEL', KEYS[1], 'b') end
redis.call('PEXPIRE', KEYS[1], text(math.max(forget - now, 1)))
return false
`;

export const SPEND = { text, hash: createHash('sha1').update(text).digest('hex') } as const;
