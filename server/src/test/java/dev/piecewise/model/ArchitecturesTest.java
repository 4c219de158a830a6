package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.piecewise.checkpoint.DType;
import dev.piecewise.engine.Span;
import dev.piecewise.engine.TokenLogprobs;
import dev.piecewise.fixture.ReferenceModel.Sequence;
import dev.piecewise.fixture.ReferenceModel.Updates;
import dev.piecewise.fixture.TinyCheckpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
final class ArchitecturesTest {
    private static final int PROMPT = 27;
    private static final int MORE = 10;

    @TempDir
    Path directory;

    static Stream<Arguments> checkpoints() {
        return Stream.of(llamas(), ropes(), others(), stored()).flatMap(each -> each);
    }

    private static Stream<Arguments> llamas() {
        return Stream.of(
                argumentSet("grouped queries", TinyCheckpoint.llama()),
                argumentSet(
                        "as many key-value heads as heads",
                        TinyCheckpoint.llama().with("num_key_value_heads", 4)),
                argumentSet("one key-value head", TinyCheckpoint.llama().with("num_key_value_heads", 1)),
                argumentSet(
                        "biases everywhere",
                        TinyCheckpoint.llama().with("attention_bias", true).with("mlp_bias", true)),
                argumentSet("tied head", TinyCheckpoint.llama().with("tie_word_embeddings", true)),
                argumentSet("wide heads", TinyCheckpoint.llama().with("head_dim", 20)),
                argumentSet("another epsilon", TinyCheckpoint.llama().with("rms_norm_eps", 0.5)));
    }

    private static Stream<Arguments> ropes() {
        return Stream.of(
                argumentSet("another theta", TinyCheckpoint.llama().with("rope_theta", 200.0)),
                argumentSet("linear scaling", scaled(Map.of("rope_type", "linear", "factor", 4.0))),
                argumentSet(
                        "dynamic scaling",
                        scaled(Map.of("type", "dynamic", "factor", 4.0)).with("max_position_embeddings", 8)),
                argumentSet(
                        "dynamic scaling begins while decoding",
                        scaled(Map.of("type", "dynamic", "factor", 2.0)).with("max_position_embeddings", PROMPT + 3)),
                argumentSet(
                        "llama3 scaling",
                        scaled(Map.of(
                                "rope_type", "llama3",
                                "factor", 8.0,
                                "low_freq_factor", 1.0,
                                "high_freq_factor", 4.0,
                                "original_max_position_embeddings", 64))),
                argumentSet(
                        "yarn",
                        scaled(Map.of("rope_type", "yarn", "factor", 4.0, "original_max_position_embeddings", 64))));
    }

    private static Stream<Arguments> others() {
        return Stream.of(
                argumentSet("mistral with a window", TinyCheckpoint.mistral(7)),
                argumentSet(
                        "mistral without a window", TinyCheckpoint.mistral(7).with("sliding_window", null)),
                argumentSet("qwen2", TinyCheckpoint.qwen2()),
                argumentSet(
                        "qwen2 with one sliding layer",
                        TinyCheckpoint.qwen2()
                                .with("use_sliding_window", true)
                                .with("sliding_window", 5)
                                .with("layer_types", List.of("full_attention", "sliding_attention"))),
                argumentSet("qwen3", TinyCheckpoint.qwen3()));
    }

    private static Stream<Arguments> stored() {
        return Stream.of(
                argumentSet(
                        "stored in f16, sharded",
                        TinyCheckpoint.llama().storedAs(DType.F16).shards(3)),
                argumentSet(
                        "stored in bf16, tied",
                        TinyCheckpoint.qwen3().storedAs(DType.BF16).with("tie_word_embeddings", true)));
    }

    private static TinyCheckpoint scaled(Map<String, Object> scaling) {
        return TinyCheckpoint.llama().with("rope_scaling", scaling);
    }

    @ParameterizedTest
    @MethodSource("checkpoints")
    void everyArchitectureReadsAndGoesOnAsTheReferenceDoes(TinyCheckpoint checkpoint) {
        try (TinyRunner tiny = TinyRunner.of(checkpoint, directory)) {
            int[] prompt = tiny.tokens(PROMPT, 3);
            Span whole = tiny.scored(prompt, 0, PROMPT, 5);
            Distributions.assertSame(
                    tiny.run(whole).rows().getFirst().scores(),
                    tiny.reference.logits(Sequence.of(prompt), Updates.NONE));
            assertThat(tiny.generate(prompt, MORE, 100)).isEqualTo(tiny.reference.greedy(prompt, MORE, Updates.NONE));
            List<TokenLogprobs> inChunks = new ArrayList<>();
            for (int at = 0; at < PROMPT; at += 5) {
                Span chunk = tiny.scored(prompt, at, Math.min(5, PROMPT - at), 200);
                inChunks.addAll(tiny.run(chunk).rows().getFirst().scores());
            }
            Distributions.assertSame(inChunks, tiny.reference.logits(Sequence.of(prompt), Updates.NONE));
        }
    }
}
