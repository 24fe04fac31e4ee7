// `node bench/cost.mjs <framework> <engine>`: the processor's time that the server takes for one request of each route, in microseconds. Unlike the
// throughput it depends little on what else the machine does. `floor` has a guard that does nothing: what Nest itself takes for a guard and a
// parameter. `--profile` adds the functions that take most of the guarded route's time.
import { openDatabase } from './databases.mjs';
import { bearers, loadOf, pin } from './load.mjs';
import { median } from './median.mjs';
import { serve, underLoad } from './serve.mjs';

const words = process.argv.slice(2);
const [framework = 'fastify', engine = 'sqlite'] = words.filter((word) => !word.startsWith('--'));
const [ROUNDS, SECONDS, CONNECTIONS, SHOWN] = [5, 2, 32, 30];
const ROUTES = ['open', 'floor', 'guarded', 'by-query'];

const { env, drop } = await openDatabase(engine);
const server = await serve(framework, engine, env);
pin(process.pid, 1);
const load = loadOf(bearers(server.tokens), CONNECTIONS);
const ask = (route, seconds) => underLoad(server, (time) => load(`${server.url}/${route}`, time), seconds);

for (const route of ROUTES) await ask(route, 3);
const rounds = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const found = {};
  for (const route of ROUTES) found[route] = await ask(route, SECONDS);
  rounds.push(found);
}

for (const route of ROUTES) {
  const [cost, user, system] = ['cost', 'user', 'system'].map((what) => median(rounds.map((one) => one[route][what])));
  const least = Math.min(...rounds.map((one) => one[route].cost));
  console.log(
    `${framework} ${engine} ${route.padEnd(9)} ${cost.toFixed(1)} us, ${least.toFixed(1)} at least; ${user.toFixed(1)} in the process, ${system.toFixed(1)} in the kernel`,
  );
}
if (words.includes('--profile')) {
  await server.ask('profile');
  await ask('guarded', 5);
  for (const { name, share } of (await server.ask('profiled')).slice(0, SHOWN))
    console.log(`${(100 * share).toFixed(1).padStart(5)} %  ${name}`);
}
await server.stop();
await drop();
