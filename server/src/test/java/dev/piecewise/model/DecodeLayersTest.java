package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.adapter.Pool;
import dev.piecewise.checkpoint.DType;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.engine.Span;
import dev.piecewise.engine.StepResult;
import dev.piecewise.fixture.TinyAdapter;
import dev.piecewise.fixture.TinyCheckpoint;
import dev.piecewise.fixture.TinyPool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Batches of single tokens take a way of their own where the CPU has AMX. A sequence must not notice. */
@Timeout(60)
final class DecodeLayersTest {
    private static final int LENGTH = 9;
    private static final int SHARERS = 4;

    @TempDir
    Path directory;

    static Stream<Arguments> checkpoints() {
        TinyCheckpoint biased =
                TinyCheckpoint.llama().with("attention_bias", true).with("mlp_bias", true);
        return Stream.of(
                argumentSet("llama", TinyCheckpoint.llama().wide()),
                argumentSet("biases", biased.wide()),
                argumentSet("a window", TinyCheckpoint.mistral(5).wide()),
                argumentSet("normed heads", TinyCheckpoint.qwen3().wide()));
    }

    /** Sequences of one bank and one pool: two in a slot, another rank, two plans that share a piece, and the base. */
    private static final class Users implements AutoCloseable {
        private final TinyRunner tiny;
        private final List<Adaptation> adaptations = new ArrayList<>();
        private final List<Integer> columns = new ArrayList<>();

        Users(TinyRunner tiny) {
            this.tiny = tiny;
            Pool pool = TinyPool.of(tiny.config, "tiny", SHARERS, 4, 1, Projection.Q, Projection.V, Projection.DOWN);
            tiny.resident(pool);
            add(8, 0, 1);
            add(8, 8, 2);
            adaptations.add(adaptations.getFirst());
            columns.add(columns.getFirst());
            add(3, 17, 3);
            take(gains(pool, 0.5f, 0, 0.5f, 0));
            take(gains(pool, 0, 0, 0.25f, 0.75f));
            take(TinyRunner.BASE);
        }

        private void add(int rank, int column, int seed) {
            LoraAdapter adapter = TinyAdapter.of(tiny.config, rank, seed, Projection.values());
            tiny.load(adapter, column);
            adaptations.add(tiny.merged(adapter));
            columns.add(column);
        }

        private void take(Adaptation adaptation) {
            adaptations.add(adaptation);
            columns.add(-1);
        }

        private static Adaptation gains(Pool pool, float... gains) {
            SortedMap<Site, float[]> sites = new TreeMap<>();
            pool.sites().keySet().forEach(site -> sites.put(site, gains));
            return new Adaptation.Resident(Arrays.toString(gains), sites);
        }

        int count() {
            return adaptations.size();
        }

        Span span(int user, int position, int length) {
            int[] tokens = tiny.tokens(LENGTH, user);
            Span span = tiny.scored(tokens, position, length, 32 * user);
            return TinyRunner.with(span, adaptations.get(user), columns.get(user));
        }

        Span[] next(int... users) {
            return Arrays.stream(users)
                    .mapToObj(user -> span(user, LENGTH - 1, 1))
                    .toArray(Span[]::new);
        }

        @Override
        public void close() {
            tiny.close();
        }
    }

    private static List<Double> scores(StepResult result, int row) {
        return Arrays.stream(
                        Distributions.byToken(result.rows().get(row).scores().getFirst()))
                .boxed()
                .toList();
    }

    @ParameterizedTest
    @MethodSource("checkpoints")
    void aTokenComesOutTheSameAloneWithOthersAndBesidePrompts(TinyCheckpoint checkpoint) {
        try (Users users = new Users(TinyRunner.inBfloat16(checkpoint.storedAs(DType.BF16), directory))) {
            int[] all = new int[users.count()];
            Span[] prompts = new Span[users.count()];
            for (int user = 0; user < all.length; user++) {
                all[user] = user;
                prompts[user] = users.span(user, 0, LENGTH - 1);
            }
            users.tiny.run(prompts);
            StepResult together = users.tiny.run(users.next(all));
            Span[] beside = Arrays.copyOf(users.next(all), all.length + 1);
            beside[all.length] = users.tiny.scored(users.tiny.tokens(4, 99), 0, 4, 32 * all.length);
            StepResult mixed = users.tiny.run(beside);
            for (int user : all) {
                List<Double> alone = scores(users.tiny.run(users.next(user)), 0);
                assertThat(scores(together, user))
                        .as("user %d with others", user)
                        .isEqualTo(alone);
                assertThat(scores(mixed, user))
                        .as("user %d beside a prompt", user)
                        .isEqualTo(alone);
            }
            assertThat(scores(together, 0)).isNotEqualTo(scores(together, users.count() - 1));
        }
    }

    @Test
    void aSlotThatSomebodyElseGetsCountsFromTheNextStepOn() {
        try (Users users =
                new Users(TinyRunner.inBfloat16(TinyCheckpoint.llama().wide().storedAs(DType.BF16), directory))) {
            users.tiny.run(users.span(0, 0, LENGTH - 1), users.span(1, 0, LENGTH - 1));
            List<Double> before = scores(users.tiny.run(users.next(0)), 0);
            users.tiny.load(TinyAdapter.of(users.tiny.config, 8, 77, Projection.values()), 0);
            assertThat(scores(users.tiny.run(users.next(0)), 0)).isNotEqualTo(before);
            users.tiny.load(TinyAdapter.of(users.tiny.config, 8, 1, Projection.values()), 0);
            assertThat(scores(users.tiny.run(users.next(0)), 0)).isEqualTo(before);
        }
    }

    @Test
    void aBatchThatCannotRunLeavesTheNextAsItWas() {
        try (Users users =
                new Users(TinyRunner.inBfloat16(TinyCheckpoint.llama().wide().storedAs(DType.BF16), directory))) {
            users.tiny.run(users.span(0, 0, LENGTH - 1), users.span(4, 0, LENGTH - 1));
            List<Double> before = scores(users.tiny.run(users.next(0, 4)), 1);
            SortedMap<Site, float[]> tooFew = new TreeMap<>();
            tooFew.put(new Site(0, Projection.Q), new float[SHARERS - 1]);
            Span wrong = TinyRunner.with(users.next(6)[0], new Adaptation.Resident("too few", tooFew), -1);
            Span[] three = {users.next(1)[0], users.next(2)[0], wrong};
            assertThatThrownBy(() -> users.tiny.run(three)).isInstanceOf(IllegalArgumentException.class);
            assertThat(scores(users.tiny.run(users.next(0, 4)), 1)).isEqualTo(before);
        }
    }

    @Test
    void noTokenReadsOrWritesBeyondTheArenaOrTheBank() {
        try (Users users =
                new Users(TinyRunner.inBfloat16(TinyCheckpoint.llama().wide().storedAs(DType.BF16), directory))) {
            Span last = users.tiny.scored(users.tiny.tokens(1, 1), 0, 1, TinyRunner.PLACES - 1);
            assertThat(users.tiny.run(last).rows()).hasSize(1);
            Span beyond = users.tiny.scored(users.tiny.tokens(1, 1), 0, 1, TinyRunner.PLACES);
            assertThatThrownBy(() -> users.tiny.run(beyond)).isInstanceOf(IllegalArgumentException.class);
            Span column = TinyRunner.with(last, users.adaptations.getFirst(), TinyRunner.COLUMNS - 7);
            assertThatThrownBy(() -> users.tiny.run(column)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void thisModelTakesThatWay() {
        try (TinyRunner tiny =
                TinyRunner.inBfloat16(TinyCheckpoint.llama().wide().storedAs(DType.BF16), directory)) {
            assumeThat(TorchOperators.present()).isTrue();
            assertThat(((TorchRunner) tiny.runner()).decodesAlone()).isTrue();
        }
    }
}
