import { Module, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { contextReadersOf } from '../../extend.js';
import { GraphqlContextReader } from './graphql-context-reader.js';

/**
 * Lets our guards and decorators read GraphQL queries and mutations: import it once, beside `GraphQLModule`. Without it a guarded
 * resolver refuses everybody.
 */
@Module({})
export class UsersGraphqlModule implements OnModuleInit {
  constructor(private readonly modules: ModulesContainer) {}

  onModuleInit(): void {
    for (const readers of contextReadersOf(this.modules)) readers.add(new GraphqlContextReader());
  }
}
