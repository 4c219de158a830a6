package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.adapter.Pool;
import dev.piecewise.checkpoint.DType;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.engine.TokenLogprobs;
import dev.piecewise.fixture.TinyAdapter;
import dev.piecewise.fixture.TinyCheckpoint;
import dev.piecewise.fixture.TinyPool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the device holds of pieces and adapters that are not to be there any more. */
@Timeout(60)
final class ErasedPiecesTest {
    private static final int LENGTH = 12;
    private static final int SHARERS = 3;
    private static final int RANK = 4;

    @TempDir
    Path directory;

    private static TinyRunner runner(boolean packed, Path directory) {
        return packed
                ? TinyRunner.inBfloat16(TinyCheckpoint.llama().storedAs(DType.BF16), directory)
                : TinyRunner.of(TinyCheckpoint.llama(), directory);
    }

    private static Adaptation only(Pool pool, int sharer) {
        SortedMap<Site, float[]> gains = new TreeMap<>();
        for (Site site : pool.sites().keySet()) {
            float[] gain = new float[SHARERS];
            gain[sharer] = 1;
            gains.put(site, gain);
        }
        return new Adaptation.Resident("only " + sharer, gains);
    }

    private static List<Double> scores(TinyRunner tiny, Adaptation adaptation) {
        int[] tokens = tiny.tokens(LENGTH, 3);
        List<Double> scores = new ArrayList<>();
        for (TokenLogprobs at : tiny.run(TinyRunner.with(tiny.scored(tokens, 0, LENGTH, 0), adaptation, -1))
                .rows()
                .getFirst()
                .scores()) {
            for (double score : Distributions.byToken(at)) {
                scores.add(score);
            }
        }
        return scores;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void erasedPiecesDoNothingAndOthersWhatTheyDid(boolean packed) {
        try (TinyRunner tiny = runner(packed, directory)) {
            Pool pool = TinyPool.of(tiny.config, "tiny", SHARERS, RANK, 1, Projection.values());
            tiny.resident(pool);
            List<Double> base = scores(tiny, TinyRunner.BASE);
            List<Double> first = scores(tiny, only(pool, 0));
            List<Double> last = scores(tiny, only(pool, 2));
            assertThat(scores(tiny, only(pool, 1))).isNotEqualTo(base);
            tiny.runner().erasePieces(List.of(1));
            assertThat(scores(tiny, only(pool, 1))).isEqualTo(base);
            assertThat(scores(tiny, only(pool, 0))).isEqualTo(first).isNotEqualTo(base);
            assertThat(scores(tiny, only(pool, 2))).isEqualTo(last).isNotEqualTo(base);
        }
    }

    @Test
    void anErasureThatFailsLeavesOthersWhatTheyDid() {
        try (TinyRunner tiny = runner(true, directory)) {
            assumeThat(tiny.base.packed()).isTrue();
            Pool pool = TinyPool.of(tiny.config, "tiny", SHARERS, RANK, 1, Projection.values());
            tiny.resident(pool);
            List<Double> first = scores(tiny, only(pool, 0));

            assertThatThrownBy(() -> tiny.runner().erasePieces(List.of(1, SHARERS)))
                    .as("the piece of a sharer who is not there")
                    .isInstanceOf(RuntimeException.class);

            assertThat(scores(tiny, only(pool, 0))).isEqualTo(first);
            tiny.runner().erasePieces(List.of(1));
            assertThat(scores(tiny, only(pool, 1))).isEqualTo(scores(tiny, TinyRunner.BASE));
            assertThat(scores(tiny, only(pool, 0))).isEqualTo(first);
        }
    }

    @Test
    void everyColumnOfThePieceIsZero() {
        try (TinyRunner tiny = runner(false, directory)) {
            Pool pool = TinyPool.of(tiny.config, "tiny", SHARERS, RANK, 1, Projection.values());
            tiny.resident(pool);
            ResidentPool columns = ((TorchRunner) tiny.runner()).resident();
            assertThat(zeros(columns)).isEmpty();
            tiny.runner().erasePieces(List.of(1));
            tiny.runner().erasePieces(List.of(2, 0));
            assertThat(columns.tensors())
                    .isNotEmpty()
                    .allSatisfy(weights -> assertThat(weights.toFloatArray()).containsOnly(0));
        }
    }

    @Test
    void aThirdOfTheColumnsIsTheSharers() {
        try (TinyRunner tiny = runner(false, directory)) {
            tiny.resident(TinyPool.of(tiny.config, "tiny", SHARERS, RANK, 1, Projection.values()));
            ResidentPool columns = ((TorchRunner) tiny.runner()).resident();
            tiny.runner().erasePieces(List.of(1));
            assertThat(zeros(columns))
                    .hasSameSizeAs(columns.tensors())
                    .allSatisfy(share -> assertThat(share).isEqualTo(1.0 / SHARERS));
        }
    }

    @Test
    void packedColumnsAreOverwrittenBeforeTheyAreFreed() {
        try (TinyRunner tiny = runner(true, directory)) {
            assumeThat(tiny.base.packed()).isTrue();
            tiny.resident(TinyPool.of(tiny.config, "tiny", SHARERS, RANK, 1, Projection.values()));
            PtNDArray columns =
                    ((TorchRunner) tiny.runner()).resident().tensors().getFirst();
            assertThat(values(tiny, columns)).doesNotContain(0);
            float[] others;
            try (PtNDArray rest = tiny.base
                    .script()
                    .call("without_columns")
                    .tensor(columns)
                    .ints(4, 5, 6, 7)
                    .ints(SHARERS * RANK, 0, 1)
                    .keep()) {
                others = values(tiny, rest);
            }
            assertThat(others).contains(0);
            assertThat(others[0]).isNotZero();
            assertThat(values(tiny, columns)).containsOnly(0);
        }
    }

    private static float[] values(TinyRunner tiny, PtNDArray weights) {
        try (PtNDArray plain = tiny.base
                        .script()
                        .call("unpacked")
                        .tensor(weights)
                        .number(1)
                        .keep();
                NDArray floats = plain.toType(DataType.FLOAT32, true)) {
            return floats.toFloatArray();
        }
    }

    /** Which part of each tensor is zero, of those that have any. */
    private static List<Double> zeros(ResidentPool columns) {
        List<Double> shares = new ArrayList<>();
        for (PtNDArray weights : columns.tensors()) {
            int zeros = 0;
            for (float value : weights.toFloatArray()) {
                zeros += value == 0 ? 1 : 0;
            }
            if (zeros > 0) {
                shares.add(zeros / (double) weights.size());
            }
        }
        return shares;
    }

    @Test
    void clearedColumnsOfTheBankAreAnAdapterThatDoesNothing() {
        try (TinyRunner tiny = runner(false, directory)) {
            LoraAdapter adapter = TinyAdapter.of(tiny.config, RANK, 2, Projection.values());
            tiny.load(adapter, 8);
            Adaptation merged = tiny.merged(adapter);
            int[] tokens = tiny.tokens(LENGTH, 3);
            assertThat(tiny.generate(tokens, 8, 0, merged, 8)).isNotEqualTo(tiny.generate(tokens, 8, 0));
            tiny.runner().clearColumns(8, RANK);
            assertThat(tiny.generate(tokens, 8, 0, merged, 8)).isEqualTo(tiny.generate(tokens, 8, 0));
        }
    }
}
