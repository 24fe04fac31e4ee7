import { type Meter, metrics } from '@opentelemetry/api';
import type { UsersExtension } from '../../index.js';
import { MeterSource, UsersMeter } from './users-meter.js';

export interface OpenTelemetryOptions {
  /** Asked for when the module starts. @default `metrics.getMeter('nestjs-users')`: the SDK must have been started before */
  readonly meter?: () => Meter;
}

/** Counts what a space does, by instruments of OpenTelemetry: `UsersModule.forRoot({ extensions: [openTelemetry()] })`. */
export function openTelemetry({ meter = () => metrics.getMeter('nestjs-users') }: OpenTelemetryOptions = {}): UsersExtension {
  return {
    name: 'opentelemetry',
    partsFor: ({ name }) => ({
      providers: [{ provide: MeterSource, useValue: { meter, space: name } satisfies MeterSource }, UsersMeter],
    }),
  };
}
