export { UsersGraphqlModule } from './users-graphql.module.js';
