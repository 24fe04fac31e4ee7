import { Module } from '@nestjs/common';
import { HttpExchanges } from '../../extend.js';
import { GraphqlContextReader } from './graphql-context-reader.js';

/**
 * Lets our guards and decorators read GraphQL queries and mutations: import it once, beside `GraphQLModule`. Without it a guarded
 * resolver refuses everybody.
 */
@Module({})
export class UsersGraphqlModule {
  constructor(exchanges: HttpExchanges) {
    exchanges.readers.add(new GraphqlContextReader());
  }
}
