package dev.piecewise.loadtest.cli;

import dev.piecewise.loadtest.arrival.Arrivals;
import dev.piecewise.loadtest.run.Limits;
import dev.piecewise.loadtest.run.Load;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** When requests are sent, and for how long. */
final class LoadOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--concurrency",
            paramLabel = "N,...",
            split = ",",
            description = "Closed loop: so many at a time, the next when one is answered (1). A run for each.")
    private @Nullable List<Integer> concurrency;

    @Option(
            names = "--rate",
            paramLabel = "R,...",
            split = ",",
            description = "Open loop instead: requests a second, whether the server keeps up or not. A run for each.")
    private @Nullable List<Double> rates;

    @Option(
            names = "--arrivals",
            paramLabel = "poisson|gamma|constant",
            description = "How they come at that rate (${DEFAULT-VALUE}).")
    private Arriving arrivals = Arriving.POISSON;

    @Option(names = "--cv", paramLabel = "C", description = "Coefficient of variation of gamma (${DEFAULT-VALUE}).")
    private double cv = 4;

    @Option(names = "--duration", paramLabel = "S", description = "Seconds that are measured (30).")
    private @Nullable Integer duration;

    @Option(names = "--requests", paramLabel = "N", description = "Most requests that are measured.")
    private long requests = Long.MAX_VALUE;

    @Option(names = "--warmup", paramLabel = "S", description = "Seconds before them that are not measured (5).")
    private @Nullable Integer warmup;

    @Option(names = "--warmup-requests", paramLabel = "N", description = "At least so many are not measured.")
    private long warmupRequests;

    @Option(
            names = "--grace",
            paramLabel = "S",
            description = "Seconds that answers may go on after the last request (${DEFAULT-VALUE}).")
    private int grace = 60;

    @Option(
            names = "--max-open",
            paramLabel = "N",
            description = "Open loop: most requests that are open; more are counted as not sent (${DEFAULT-VALUE}).")
    private int open = 8192;

    /** How requests come in an open loop. */
    enum Arriving {
        POISSON,
        GAMMA,
        CONSTANT
    }

    /** In a run each. */
    List<Load> loads(Suite suite) {
        Usage.require(spec, rates == null || concurrency == null, "--rate and --concurrency exclude each other");
        if (rates != null) {
            return rates.stream()
                    .map(rate -> Usage.<Load>parsed(spec, "--rate", () -> new Load.Open(arrivals(rate))))
                    .toList();
        }
        List<Integer> counts = concurrency == null ? List.of(suite.concurrency()) : concurrency;
        return counts.stream()
                .map(count -> Usage.<Load>parsed(spec, "--concurrency", () -> new Load.Closed(count)))
                .toList();
    }

    private Arrivals arrivals(double rate) {
        return switch (arrivals) {
            case POISSON -> new Arrivals.Poisson(rate);
            case GAMMA -> new Arrivals.Gamma(rate, cv);
            case CONSTANT -> new Arrivals.Constant(rate);
        };
    }

    Limits limits(Suite suite) {
        int seconds = duration == null ? suite.seconds() : duration;
        int before = warmup == null ? suite.warmupSeconds() : warmup;
        Usage.atLeast(spec, 1, seconds, "--duration");
        Usage.atLeast(spec, 0, before, "--warmup");
        Usage.atLeast(spec, 0, warmupRequests, "--warmup-requests");
        Usage.atLeast(spec, 1, requests, "--requests");
        Usage.atLeast(spec, 0, grace, "--grace");
        Usage.atLeast(spec, 1, open, "--max-open");
        return new Limits(
                Duration.ofSeconds(before),
                warmupRequests,
                Duration.ofSeconds(seconds),
                requests,
                Duration.ofSeconds(grace),
                open);
    }
}
