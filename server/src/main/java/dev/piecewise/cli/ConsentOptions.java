package dev.piecewise.cli;

import dev.piecewise.adapter.Consent;
import dev.piecewise.training.sharers.Consents;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Who agreed to share what. */
final class ConsentOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--consent-by",
            paramLabel = "WHO",
            description = "Who agreed to the publication, for everybody that it is about.")
    private @Nullable String by;

    @Option(
            names = "--consent-at",
            paramLabel = "TIME",
            description = "When, such as 2026-01-31T12:00:00Z (default: now).")
    private @Nullable Instant at;

    @Option(
            names = "--share-ratio",
            paramLabel = "R",
            description = "Which part of the pieces may be published (default: ${DEFAULT-VALUE}).")
    private double ratio = 1;

    /** What the options say, if they say anything. */
    Optional<Consent> consent() {
        Usage.require(spec, ratio > 0 && ratio <= 1, "--share-ratio must be above 0 and at most 1, not " + ratio);
        Usage.require(spec, by == null || !by.isBlank(), "--consent-by must say who agreed");
        Instant time = at == null ? Instant.now().truncatedTo(ChronoUnit.SECONDS) : at;
        return Optional.ofNullable(by).map(who -> new Consent(who, time, ratio));
    }

    /** What the options say; they must. */
    Consent required() {
        Optional<Consent> given = consent();
        Usage.require(spec, given.isPresent(), "nobody is published without consent: give --consent-by");
        return given.orElseThrow();
    }

    /** From the options, or from a file with a line for each user who agreed. */
    Consents consents(@Nullable Path file) {
        Optional<Consent> all = consent();
        Usage.require(spec, file == null || all.isEmpty(), "--consent-by and --consents exclude each other");
        Usage.require(
                spec,
                file != null || all.isPresent(),
                "nobody is published without consent: give --consents or --consent-by");
        return file != null ? Consents.read(file) : Consents.forAll(all.orElseThrow());
    }
}
