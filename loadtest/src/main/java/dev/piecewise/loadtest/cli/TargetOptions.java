package dev.piecewise.loadtest.cli;

import dev.piecewise.loadtest.dialect.Api;
import dev.piecewise.loadtest.dialect.Dialect;
import dev.piecewise.loadtest.dialect.Target;
import java.net.URI;
import java.time.Duration;
import java.util.List;
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

    @Option(
            names = "--beside",
            paramLabel = "URL",
            description = "Another server: it is asked the same, a run after each of the first one's, without a key.")
    private @Nullable String beside;

    @Option(
            names = "--beside-dialect",
            paramLabel = "piecewise|openai|vllm|llamacpp",
            description = "Of that server (${DEFAULT-VALUE}).")
    private Dialect besideDialect = Dialect.LLAMACPP;

    /** The server, and the one beside it where there is one. */
    List<Target> targets() {
        Target first = target();
        String other = beside;
        if (other == null) {
            return List.of(first);
        }
        URI base = Usage.parsed(spec, "--beside", () -> Target.parse(other));
        return List.of(first, new Target(base, Optional.empty(), "", besideDialect, api, first.timeout()));
    }

    private Target target() {
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
