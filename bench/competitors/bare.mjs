// `node bench/competitors/bare.mjs <framework>`: Nest, and nothing before the route.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { routes, serve } from './serve.mjs';

class App {}
Module({ controllers: [routes()] })(App);
await serve(App, { credentials: () => [{}] });
