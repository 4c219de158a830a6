package dev.piecewise.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.adapter.Adaptation;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.engine.EngineLimits;
import dev.piecewise.engine.EngineObserver;
import dev.piecewise.engine.FinishReason;
import dev.piecewise.engine.Generation;
import dev.piecewise.engine.GenerationRequest;
import dev.piecewise.engine.LocalEngine;
import dev.piecewise.engine.ModelRunner;
import dev.piecewise.engine.Sampling;
import dev.piecewise.engine.TokenEvent.Failed;
import dev.piecewise.engine.TokenEvent.Finished;
import dev.piecewise.engine.TokenEvent.PromptScored;
import dev.piecewise.engine.TokenEvent.Token;
import dev.piecewise.error.ServingException;
import dev.piecewise.fixture.TinyCheckpoint;
import dev.piecewise.grammar.GrammarSpec.Schema;
import dev.piecewise.model.BaseModel;
import dev.piecewise.model.DeviceChoice;
import dev.piecewise.model.TorchRunner;
import dev.piecewise.text.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A model of random weights in a real engine, its tokens masked on the device, many schemas in a batch: whatever it says is valid. */
@Timeout(120)
final class ConstrainedModelTest {
    private static final int SCHEMAS = 40;
    private static final int TEXTS = 3;
    private static final int MOST_TOKENS = 120;

    @TempDir
    static Path directory;

    static Tokenizer tokenizer;
    static Set<Integer> ends;
    static BaseModel base;
    static LocalEngine engine;
    static Grammars grammars;

    @BeforeAll
    static void load() {
        TinyCheckpoint.llama().speaking().write(directory);
        ModelConfig config = ModelConfigReader.read(directory);
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            base = BaseModel.load(checkpoint, config, DeviceChoice.of("cpu", "float32", true));
        }
        tokenizer = Tokenizer.load(directory);
        ends = Set.of(tokenizer.eos().orElseThrow());
        grammars = new Grammars(tokenizer, ends);
        ModelRunner.Limits limits = new ModelRunner.Limits(config.vocabulary(), 4096, 256, 0);
        engine = new LocalEngine(
                "constrained",
                new TorchRunner(base, limits, Optional.empty()),
                new EngineLimits(16, 64, 10_000, 0, true),
                EngineObserver.NONE);
    }

    @AfterAll
    static void close() {
        engine.close();
        base.close();
    }

    private record Asked(JsonNode schema, Generation generation) {}

    @Test
    void everyTextThatCameToItsEndIsValidByItsSchema() throws Exception {
        RandomSchemas schemas = new RandomSchemas(5);
        List<Asked> asked = new ArrayList<>();
        for (int i = 0; i < SCHEMAS * TEXTS; i++) {
            JsonNode schema = schemas.next();
            try {
                asked.add(new Asked(schema, submit(schema, i)));
            } catch (ServingException impossible) {
                assertThat(impossible.text()).isNotEmpty();
            }
        }
        int ended = 0;
        for (Asked one : asked) {
            Optional<String> text = text(one.generation());
            ended += text.isPresent() ? 1 : 0;
            text.ifPresent(json -> assertThat(new Validator(one.schema()).errors(json))
                    .as("of %s by %s", json, one.schema())
                    .isEmpty());
        }
        assertThat(ended).isGreaterThan(asked.size() / 3);
    }

    private static Generation submit(JsonNode schema, int seed) {
        // Structure comes to an end if it is made more likely.
        Map<Integer, Float> closing = new java.util.HashMap<>();
        IntStream.range(0, tokenizer.size())
                .filter(token -> tokenizer.piece(token).matches("[\"}\\]]"))
                .forEach(token -> closing.put(token, 6f));
        Sampling sampling = new Sampling(1.5, 0, seed % 2 == 0 ? 1 : 0.95, 0, 1, 0, 0, closing, seed, -1);
        return engine.submit(new GenerationRequest(
                        "", new int[] {1, 5, 6}, MOST_TOKENS, 0, ends, sampling, false, new Adaptation.Base("base"))
                .constrained(grammars.constraint(new Schema("schema", schema))));
    }

    /** Empty if it was cut. */
    private static Optional<String> text(Generation generation) throws InterruptedException {
        IntStream.Builder tokens = IntStream.builder();
        while (true) {
            switch (generation.next()) {
                case Token token -> tokens.add(token.id());
                case Finished last -> {
                    String text = tokenizer.decode(tokens.build().toArray(), true);
                    return last.reason() == FinishReason.STOP ? Optional.of(text) : Optional.empty();
                }
                case PromptScored scores -> throw new AssertionError("nobody asked for scores");
                case Failed failed -> throw new AssertionError(failed.cause());
            }
        }
    }
}
