package dev.piecewise.tenant;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/** What may be taken in a minute and comes back evenly. Any thread may call. */
public final class Meter {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final int limit;
    private final Bucket bucket;

    /** {@code nanos} is a clock as {@link System#nanoTime}. */
    Meter(int limit, LongSupplier nanos) {
        this.limit = limit;
        bucket = Bucket.builder()
                .addLimit(bandwidth -> bandwidth.capacity(limit).refillGreedy(limit, MINUTE))
                .withCustomTimePrecision(new TimeMeter() {
                    @Override
                    public long currentTimeNanos() {
                        return nanos.getAsLong();
                    }

                    @Override
                    public boolean isWallClockBased() {
                        return false;
                    }
                })
                .build();
    }

    /** Takes one; or how long until there is one, and takes nothing. */
    Optional<Duration> take() {
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
        return probe.isConsumed() ? Optional.empty() : Optional.of(Duration.ofNanos(probe.getNanosToWaitForRefill()));
    }

    /** How long until there is one; empty when there is. */
    Optional<Duration> lack() {
        long nanos = bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill();
        return nanos == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(nanos));
    }

    /** Takes so many, whether they are there or not: what lacks is a debt, which has to come back first. */
    void spend(long many) {
        if (many > 0) {
            bucket.consumeIgnoringRateLimits(many);
        }
    }

    Standing standing() {
        long left = bucket.getAvailableTokens();
        return new Standing(
                limit, Math.max(0, left), MINUTE.multipliedBy(limit - left).dividedBy(limit));
    }

    /**
     * How a limit stands.
     *
     * @param reset until everything has come back
     */
    public record Standing(int limit, long remaining, Duration reset) {}
}
