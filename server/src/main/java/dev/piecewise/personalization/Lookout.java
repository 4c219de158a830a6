package dev.piecewise.personalization;

import dev.piecewise.error.ServingException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at something every second on a thread of its own, until it is closed. A look that fails is logged, and the next one is taken all the same. */
final class Lookout implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Lookout.class);
    private static final long INTERVAL_SECONDS = 1;

    private final ScheduledExecutorService thread;

    /** Begins; {@code subject} is the thread's name, and what the log calls it. */
    Lookout(String subject, Runnable look) {
        thread = Executors.newSingleThreadScheduledExecutor(
                Thread.ofVirtual().name(subject).factory());
        Future<?> _ = thread.scheduleWithFixedDelay(
                () -> take(subject, look), INTERVAL_SECONDS, INTERVAL_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    private static void take(String subject, Runnable look) {
        try {
            look.run();
        } catch (ServingException unavailable) {
            log.atWarn()
                    .addKeyValue("subject", subject)
                    .addKeyValue("reason", unavailable.text())
                    .log("cannot be looked at");
        } catch (RuntimeException fault) {
            log.atError().addKeyValue("subject", subject).setCause(fault).log("could not be taken up");
        }
    }
}
