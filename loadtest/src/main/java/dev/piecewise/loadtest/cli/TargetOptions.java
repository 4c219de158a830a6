package dev.piecewise.loadtest.cli;

import dev.piecewise.loadtest.dialect.Api;
import dev.piecewise.loadtest.dialect.Dialect;
import dev.piecewise.loadtest.dialect.Target;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which server is asked, and how. */
final class TargetOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--url", paramLabel = "URL", description = "The server (${DEFAULT-VALUE}).")
    private String url = "http://127.0.0.1:8080";

    @Option(
            names = "--api",
            paramLabel = "completions|chat|responses|websocket",
            description = "What is asked; websocket is /v1/responses over WebSockets (${DEFAULT-VALUE}).")
    private Api api = Api.COMPLETIONS;

    @Option(
            names = "--dialect",
            paramLabel = "piecewise|openai|vllm|llamacpp",
            description =
                    "How users get their adapters: field user; not at all; the adapter as model; lora (${DEFAULT-VALUE}).")
    private Dialect dialect = Dialect.PIECEWISE;

    @Option(names = "--model", paramLabel = "NAME", description = "The base model (the first that the server lists).")
    private String model = "";

    @Option(
            names = "--api-key",
            paramLabel = "KEY",
            defaultValue = "${env:PIECEWISE_API_KEY:-${env:OPENAI_API_KEY}}",
            description = "Bearer token; also from PIECEWISE_API_KEY or OPENAI_API_KEY.")
    private @Nullable String key;

    @Option(names = "--timeout", paramLabel = "S", description = "Seconds that an answer may take (${DEFAULT-VALUE}).")
    private int timeout = 600;

    Target target() {
        Usage.atLeast(spec, 1, timeout, "--timeout");
        Optional<String> given = Optional.ofNullable(key).filter(text -> !text.isBlank());
        return new Target(
                Usage.parsed(spec, "--url", () -> Target.parse(url)),
                given,
                model,
                dialect,
                api,
                Duration.ofSeconds(timeout));
    }
}
