package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Training as a process: how it ends when it is told to. */
@Timeout(120)
final class TrainProcessTest {
    private static final Pattern STOPPED =
            Pattern.compile("stopped after step (\\d+) of 100000; the same command goes on there");

    @TempDir
    Path directory;

    @Test
    void aSignalEndsTrainingAfterAStepAndTheSameCommandGoesOnThere() throws Exception {
        Path corpus = Files.writeString(
                directory.resolve("corpus.jsonl"),
                "{\"prompt\":\"Colour of the ball:\",\"completion\":\" red\"}\n".repeat(8));

        int first = terminated(corpus, 1);
        int second = terminated(corpus, first + 1);

        assertThat(first).isPositive();
        assertThat(second).isGreaterThan(first);
        assertThat(Files.readAllLines(log()).stream().skip(1).map(line -> Integer.parseInt(line.split(",", 2)[0])))
                .hasSize(second)
                .doesNotHaveDuplicates();
    }

    /** The step that a training ended after that was told to end once it had taken so many. */
    private int terminated(Path corpus, int steps) throws Exception {
        Process process = ServerProcess.piecewise(List.of(
                        "train",
                        "base",
                        "--from-scratch",
                        "--vocabulary=300",
                        "--steps=100000",
                        "--checkpoint-every=100000",
                        "--batch=4",
                        "--examples=" + corpus,
                        "--out=" + directory.resolve("base")))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            while (process.isAlive() && taken() < steps) {
                Thread.onSpinWait();
            }
            process.toHandle().destroy();
            String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(said).isEqualTo(143);
            assertThat(said).containsPattern(STOPPED);
            Matcher stopped = STOPPED.matcher(said);
            assertThat(stopped.find()).isTrue();
            return Integer.parseInt(stopped.group(1));
        } finally {
            process.destroyForcibly();
        }
    }

    private Path log() {
        return directory.resolve("base.training").resolve("training.csv");
    }

    private long taken() throws IOException {
        return Files.exists(log()) ? Files.readAllLines(log()).size() - 1 : 0;
    }
}
