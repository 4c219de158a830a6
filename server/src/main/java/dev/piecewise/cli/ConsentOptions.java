package dev.piecewise.cli;

import dev.piecewise.adapter.Consent;
import dev.piecewise.error.ServingException;
import dev.piecewise.training.sharers.Consents;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who agreed to share what. */
final class ConsentOptions {
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
        if (!(ratio > 0) || ratio > 1) {
            throw ServingException.invalid("--share-ratio", "--share-ratio must be above 0 and at most 1");
        }
        Instant time = at == null ? Instant.now().truncatedTo(ChronoUnit.SECONDS) : at;
        return Optional.ofNullable(by).map(who -> new Consent(who, time, ratio));
    }

    /** From the options, or from a file with a line for each user who agreed. */
    Consents consents(@Nullable Path file) {
        Optional<Consent> all = consent();
        if (file != null && all.isPresent()) {
            throw ServingException.invalid("--consent-by", "--consent-by and --consents say the same twice");
        }
        if (file != null) {
            return Consents.read(file);
        }
        return all.map(Consents::forAll)
                .orElseThrow(() -> ServingException.invalid(
                        "--consent-by", "nobody is published without consent: give --consents or --consent-by"));
    }
}
