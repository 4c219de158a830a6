package dev.piecewise.gateway.completion;

import dev.piecewise.fixture.TinyCheckpoint;
import dev.piecewise.text.Tokenizer;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the JSON of one streamed token costs: a chunk as a completion's client gets it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class ChunkBenchmark {
    private static final Choice.Part WORD = new Choice.Part(" word", null, null, null, null);

    private final Chunks chunks = new Chunks(
            new Head("cmpl-0123456789abcdef0123456789abcdef", "text_completion", 1_700_000_000, "tiny", "fp_0"),
            new ServedBy("assembled", "sha256:0", "sha256:1", "user has a plan", 12, null),
            false,
            tokenizer(),
            this::write);

    private long written;

    private static Tokenizer tokenizer() {
        try {
            Path model = Files.createTempDirectory("chunks").resolve("tiny");
            return Tokenizer.load(TinyCheckpoint.llama().speaking().write(model));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(Buffer events) {
        written += events.length();
    }

    @Benchmark
    public long chunk() {
        chunks.part(0, WORD);
        chunks.flush();
        return written;
    }
}
