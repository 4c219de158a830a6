package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.djl.Device;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which threads stay after a computation. OpenMP's helpers have the name of the thread that they help. */
@Timeout(60)
class OpenMpTest {
    private static final Path TASKS = Path.of("/proc/self/task");
    private static final String NAME = "computes";

    private final TorchScript script = new TorchScript(Device.cpu());
    private PtNDArray numbers;

    @BeforeEach
    void computeOnSeveralThreads() {
        assumeThat(TASKS).as("Linux").isDirectory();
        assumeThat(Runtime.getRuntime().availableProcessors()).isGreaterThan(1);
        numbers = (PtNDArray) script.manager().ones(new Shape(4 << 20));
    }

    @AfterEach
    void close() {
        script.close();
    }

    @Test
    void aThreadThatComputesOnceHasNoHelpersAfterwards() throws Exception {
        run(() -> {
            compute();
            awaitThreads(1);
        });
    }

    @Test
    void theThreadOfStepsKeepsItsHelpersUntilItRests() throws Exception {
        run(() -> {
            OpenMp.keep();
            compute();
            assertThat(threads()).isGreaterThan(1);
            OpenMp.rest();
            awaitThreads(1);
            compute();
            assertThat(threads()).as("again").isGreaterThan(1);
        });
    }

    private void compute() {
        assertThat(script.call("finite").tensor(numbers).floats()).containsExactly(1);
    }

    private static void run(Runnable task) throws InterruptedException, ExecutionException {
        FutureTask<?> future = new FutureTask<>(task, null);
        Thread.ofPlatform().name(NAME).start(future);
        future.get();
    }

    /** Helpers that were told to end may need a moment; the test's timeout ends the wait. */
    private static void awaitThreads(int count) {
        while (threads() != count) {
            Thread.onSpinWait();
        }
    }

    private static long threads() {
        try (Stream<Path> tasks = Files.list(TASKS)) {
            return tasks.filter(task -> name(task).equals(NAME)).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(Path task) {
        try {
            return Files.readString(task.resolve("comm")).strip();
        } catch (IOException e) {
            return "ended meanwhile";
        }
    }
}
