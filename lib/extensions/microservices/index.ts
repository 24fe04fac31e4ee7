export { RpcErrorsInterceptor } from './rpc-errors.interceptor.js';
export { UsersMicroservicesModule } from './users-microservices.module.js';
export type { RpcMessage, UsersMicroservicesOptions } from './rpc.options.js';
