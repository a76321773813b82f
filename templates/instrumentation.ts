import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { BatchLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { NodeSDK } from '@opentelemetry/sdk-node';

// Loaded before the server by --import. OTEL_EXPORTER_OTLP_ENDPOINT says where records go.
const sdk = new NodeSDK({
  serviceName: process.env['OTEL_SERVICE_NAME'] ?? '{{service}}',
  logRecordProcessors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter() })],
  instrumentations: [],
});
sdk.start();

// What waits in the batch gets out before the process ends.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void sdk.shutdown().finally(() => process.exit(0)));
process.once('beforeExit', () => void sdk.shutdown());
