package dev.piecewise.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The numbers that are kept of a training. */
final class TrainingLogTest {
    @TempDir
    Path directory;

    @Test
    void aTrainingThatGoesOnWritesEachStepOnce() throws IOException {
        Path file = directory.resolve("work").resolve("training.csv");
        TrainingLog killed = new TrainingLog(file);
        for (int step = 1; step <= 5; step++) {
            killed.stepped(progress(step, 9));
        }
        Files.writeString(file, "6,1.2", StandardOpenOption.APPEND);
        TrainingLog resumed = new TrainingLog(file);
        for (int step = 4; step <= 6; step++) {
            resumed.stepped(progress(step, 1));
        }

        assertThat(file).content().isEqualTo("""
                step,loss,gradient_norm,learning_rate,tokens_per_second
                1,9.000000,0.500000,0.0010000000,100.0
                2,9.000000,0.500000,0.0010000000,100.0
                3,9.000000,0.500000,0.0010000000,100.0
                4,1.000000,0.500000,0.0010000000,100.0
                5,1.000000,0.500000,0.0010000000,100.0
                6,1.000000,0.500000,0.0010000000,100.0
                """);
    }

    @Test
    void anotherTrainingBeginsAnew() throws IOException {
        Path file = Files.writeString(directory.resolve("training.csv"), "of\nanother\n");
        new TrainingLog(file).stepped(progress(1, 2));

        assertThat(file).content().hasLineCount(2).doesNotContain("another");
    }

    @Test
    void theCurveIsPublishedBesideTheNumbers() throws IOException {
        TrainingLog log = new TrainingLog(directory.resolve("work.csv"));
        log.stepped(progress(1, 4));
        log.stepped(progress(2, 3));
        log.publish(directory);

        assertThat(directory.resolve("training.csv")).hasSameTextualContentAs(directory.resolve("work.csv"));
        assertThat(directory.resolve("loss.svg"))
                .content()
                .startsWith("<svg xmlns=\"http://www.w3.org/2000/svg\"")
                .contains("points=\"60.0,", "704.0,")
                .doesNotContain("NaN");
    }

    private static TrainingListener.Progress progress(int step, double loss) {
        return new TrainingListener.Progress("x", step, 9, loss, 0.5, 1e-3, 100, Duration.ZERO);
    }
}
