package dev.piecewise.cli;

import dev.piecewise.tenant.Limits;
import picocli.CommandLine.Option;

/** The options that say how much a key may ask for. */
final class KeyLimits {
    @Option(
            names = "--requests-per-minute",
            defaultValue = "0",
            description = "Most requests a minute; default: 0, no limit.")
    private int requestsPerMinute;

    @Option(
            names = "--tokens-per-minute",
            defaultValue = "0",
            description = "Most tokens a minute, of prompts and completions together; default: 0, no limit.")
    private int tokensPerMinute;

    @Option(names = "--concurrency", defaultValue = "0", description = "Most requests at a time; default: 0, no limit.")
    private int concurrency;

    Limits limits() {
        return new Limits(requestsPerMinute, tokensPerMinute, concurrency);
    }
}
