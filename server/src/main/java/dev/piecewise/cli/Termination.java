package dev.piecewise.cli;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What SIGTERM and Ctrl-C do to a command that computes, from here to {@link #close}: it is asked to end, and the process ends with status 143 once it has, or once it had its
 * time. The process ends without the C library's exit handlers: PyTorch's would take away what a step that still runs works with, and the JVM would crash.
 */
public final class Termination implements AutoCloseable {
    private static final int STATUS = 143;
    private static final CountDownLatch COMMAND = new CountDownLatch(1);

    private final Duration patience;
    private final Thread hook = new Thread(this::end, "termination");
    private volatile boolean wanted;

    private Termination(Duration patience) {
        this.patience = patience;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** The process's command has ended and said what there was to say. */
    public static void commandEnded() {
        COMMAND.countDown();
    }

    /** For a command that looks at {@link #isWanted} now and then. */
    static Termination after(Duration patience) {
        return new Termination(patience);
    }

    /** For a command that leaves nothing half done wherever it ends. */
    static Termination atOnce() {
        return new Termination(Duration.ZERO);
    }

    boolean isWanted() {
        return wanted;
    }

    private void end() {
        wanted = true;
        try {
            boolean _ = COMMAND.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.err.flush();
        exitWithoutHandlers();
    }

    @SuppressWarnings("restricted")
    private static void exitWithoutHandlers() {
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> exit = linker.defaultLookup().find("_exit");
        if (exit.isEmpty()) {
            return;
        }
        try {
            linker.downcallHandle(exit.get(), FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT))
                    .invokeExact(STATUS);
        } catch (Throwable e) {
            throw new IllegalStateException("_exit does not take a status", e);
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyEnding) {
            // the hook runs, or will
        }
    }
}
