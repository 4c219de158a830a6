package dev.piecewise.loadtest.cli;

import dev.piecewise.loadtest.run.StopSignal;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Ctrl-C and SIGTERM, from here to {@link #close}: the command is told to stop, and has some seconds to write what it measured. */
final class Termination implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 20;

    private final CountDownLatch written = new CountDownLatch(1);
    private final Thread hook;

    Termination(StopSignal stop) {
        hook = new Thread(
                () -> {
                    stop.stop();
                    await();
                },
                "termination");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void await() {
        try {
            boolean _ = written.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        written.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyEnding) {
            // the hook runs, and has been told
        }
    }
}
