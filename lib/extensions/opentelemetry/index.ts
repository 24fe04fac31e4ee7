export { openTelemetry, type OpenTelemetryOptions } from './opentelemetry.extension.js';
