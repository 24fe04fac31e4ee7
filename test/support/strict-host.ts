import {
  type ArgumentMetadata,
  type ArgumentsHost,
  BadRequestException,
  type CallHandler,
  Catch,
  type ExceptionFilter,
  type ExecutionContext,
  HttpException,
  type INestApplication,
  type NestInterceptor,
  type PipeTransform,
  VersioningType,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { map, type Observable } from 'rxjs';

/** What `ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true })` does to a class without decorators. */
class WhitelistingPipe implements PipeTransform {
  transform(value: unknown, { metatype, type }: ArgumentMetadata): unknown {
    if (type === 'custom' || metatype === undefined || [String, Boolean, Number, Array, Object].includes(metatype as never)) return value;
    if (typeof value === 'object' && value !== null && Object.keys(value).length > 0)
      throw new BadRequestException('property should not exist');
    return Object.create(metatype.prototype as object);
  }
}

/** The catch-everything filter of Nest's own docs. */
@Catch()
class EverythingFilter implements ExceptionFilter {
  constructor(private readonly adapters: HttpAdapterHost) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const context = host.switchToHttp();
    const status = exception instanceof HttpException ? exception.getStatus() : 500;
    const said = exception instanceof HttpException ? exception.getResponse() : 'oops';
    this.adapters.httpAdapter.reply(
      context.getResponse(),
      typeof said === 'string' ? { statusCode: status, message: said } : { ...said, filtered: true },
      status,
    );
  }
}

class TrimmingInterceptor implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((answer: unknown) => answer));
  }
}

/** Everything that hosts put around their routes: a pipe, a filter, an interceptor, a prefix, versions. Paths begin with `/api/v1`. */
export function configureStrictly(app: INestApplication): void {
  app.setGlobalPrefix('api');
  app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
  app.useGlobalPipes(new WhitelistingPipe());
  app.useGlobalFilters(new EverythingFilter(app.get(HttpAdapterHost)));
  app.useGlobalInterceptors(new TrimmingInterceptor());
}

/** Takes bodies of eight megabytes, so that long texts reach us and not only the host's parser. */
export function takeLargeBodies(app: INestApplication): void {
  const limit = 8 * 1024 * 1024;
  const host = app as INestApplication & { useBodyParser(type: string, ...options: unknown[]): unknown };
  if (app.getHttpAdapter().getType() !== 'fastify') return void host.useBodyParser('json', { limit });
  const fastify = app.getHttpAdapter().getInstance() as { getDefaultJsonParser(proto: 'error', constructor: 'error'): ParseText };
  const parse = fastify.getDefaultJsonParser('error', 'error');
  // Nest 11 hands on the bytes where it is given no parser.
  const read: ParseBytes = (request, bytes, done) => parse(request, bytes.toString(), done);
  host.useBodyParser('application/json', { bodyLimit: limit }, read);
}

type Parsed = (error: Error | null, body?: unknown) => void;
type ParseText = (request: unknown, text: string, done: Parsed) => void;
type ParseBytes = (request: unknown, bytes: Buffer, done: Parsed) => void;
