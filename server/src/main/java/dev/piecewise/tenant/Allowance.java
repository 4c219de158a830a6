package dev.piecewise.tenant;

import dev.piecewise.error.ServingException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * What is left of what a key may ask for, on this server. Requests are paid for when they come; tokens when they are known: a request is let in as long as there is any left, and what it
 * takes beyond that has to come back before the next one. Any thread may call.
 */
public final class Allowance {
    /** For who has no limits. */
    public static final Allowance UNLIMITED = new Allowance(Limits.NONE);

    private static final Pass FREE = () -> {};

    private final Limits limits;
    private final Optional<Meter> requests;
    private final Optional<Meter> tokens;
    private final AtomicInteger running = new AtomicInteger();

    public Allowance(Limits limits) {
        this(limits, System::nanoTime);
    }

    /** {@code nanos} is a clock as {@link System#nanoTime}. */
    Allowance(Limits limits, LongSupplier nanos) {
        this.limits = limits;
        requests = meter(limits.requestsPerMinute(), nanos);
        tokens = meter(limits.tokensPerMinute(), nanos);
    }

    /** A request that runs, until it is closed, once. */
    @FunctionalInterface
    public interface Pass extends AutoCloseable {
        @Override
        void close();
    }

    public Limits limits() {
        return limits;
    }

    /** A request comes. RATE_LIMITED, and nothing is taken, when a limit is reached. */
    public Pass enter() {
        if (limits.concurrency() == 0) {
            take();
            return FREE;
        }
        if (running.incrementAndGet() > limits.concurrency()) {
            running.decrementAndGet();
            throw ServingException.rateLimited(
                    "the key has %d requests running, as many as it may".formatted(limits.concurrency()), 1);
        }
        try {
            take();
            return running::decrementAndGet;
        } catch (ServingException refused) {
            running.decrementAndGet();
            throw refused;
        }
    }

    /** So many tokens were read or written for the key. */
    public void spend(long many) {
        tokens.ifPresent(meter -> meter.spend(many));
    }

    public Optional<Meter.Standing> requests() {
        return requests.map(Meter::standing);
    }

    public Optional<Meter.Standing> tokens() {
        return tokens.map(Meter::standing);
    }

    private void take() {
        tokens.flatMap(Meter::lack).ifPresent(wait -> {
            throw refused("tokens", limits.tokensPerMinute(), wait);
        });
        requests.flatMap(Meter::take).ifPresent(wait -> {
            throw refused("requests", limits.requestsPerMinute(), wait);
        });
    }

    private static ServingException refused(String what, int limit, Duration wait) {
        return ServingException.rateLimited(
                "the key's limit of %d %s a minute is reached".formatted(limit, what),
                Math.toIntExact(wait.plusNanos(999_999_999).toSeconds()));
    }

    private static Optional<Meter> meter(int limit, LongSupplier nanos) {
        return limit == 0 ? Optional.empty() : Optional.of(new Meter(limit, nanos));
    }
}
