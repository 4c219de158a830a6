package dev.piecewise.cli;

import dev.piecewise.config.PiecewiseConfig;
import dev.piecewise.config.Version;
import dev.piecewise.telemetry.Traces;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Traces as the configuration and OpenTelemetry's own environment variables ask for them. */
final class Telemetry {
    private Telemetry() {}

    static Traces traces(PiecewiseConfig.Telemetry config, Map<String, String> environment) {
        String endpoint = config.otlpEndpoint().isBlank()
                ? environment.getOrDefault("OTEL_EXPORTER_OTLP_ENDPOINT", "")
                : config.otlpEndpoint();
        if (endpoint.isBlank()) {
            return Traces.OFF;
        }
        String service = environment.getOrDefault("OTEL_SERVICE_NAME", "piecewise");
        return Traces.to(new Traces.Settings(
                endpoint,
                headers(environment.getOrDefault("OTEL_EXPORTER_OTLP_HEADERS", "")),
                service,
                Version.current(),
                config.sampleRatio()));
    }

    /** {@code name=value,name=value}, the values percent-encoded. */
    private static Map<String, String> headers(String list) {
        Map<String, String> headers = new HashMap<>();
        for (String pair : list.split(",", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                headers.put(
                        pair.substring(0, equals).strip(),
                        URLDecoder.decode(
                                pair.substring(equals + 1).strip().replace("+", "%2B"), StandardCharsets.UTF_8));
            }
        }
        return headers;
    }
}
