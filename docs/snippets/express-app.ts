import { type NestExpressApplication } from '@nestjs/platform-express';
import session, { type Store } from 'express-session';

declare const app: NestExpressApplication;
declare const store: Store;
