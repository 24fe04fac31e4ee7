export { describeUsers } from './describe-users.js';
export type { PathOptions } from './mounted-routes.js';
