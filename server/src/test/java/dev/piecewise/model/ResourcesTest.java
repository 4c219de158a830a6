package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.BankImage;
import dev.piecewise.adapter.BankLayout;
import dev.piecewise.adapter.Example;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.PieceSelector;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.ProjectionGroup;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.engine.Span;
import dev.piecewise.engine.Span.Draw;
import dev.piecewise.fixture.TinyAdapter;
import dev.piecewise.fixture.TinyCheckpoint;
import dev.piecewise.fixture.TinyPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nothing that a step, a load or a selection makes outlives it. */
@Timeout(60)
final class ResourcesTest {
    @TempDir
    Path directory;

    /** Work of all kinds, never twice of the same shape. */
    private static final class Work {
        final TinyRunner tiny;
        final TorchSelector selector;
        final Pool pool;
        final Random random = new Random(1);

        Work(TinyRunner tiny, TorchSelector selector) {
            this.tiny = tiny;
            this.selector = selector;
            pool = TinyPool.of(tiny.config, "tiny", 3, 2, 1, Projection.values());
            tiny.resident(pool);
        }

        void steps(int count) {
            for (int i = 0; i < count; i++) {
                step(i);
            }
        }

        private void step(int number) {
            if (number % 10 == 0) {
                tiny.load(TinyAdapter.of(tiny.config, 1 + random.nextInt(8), number, Projection.values()), 8);
                tiny.runner().copyPlaces(0, 50, 1 + random.nextInt(20));
            }
            if (number % 25 == 0) {
                Example example = new Example(tiny.tokens(5 + random.nextInt(20), number), 2);
                selector.select(pool, List.of(example), new PieceSelector.Options(2, 1, Merge.PRODUCT));
                assertThatThrownBy(() -> tiny.run(tiny.scored(new int[] {1, 1000}, 0, 2, 0)))
                        .isInstanceOf(RuntimeException.class);
            }
            Span[] spans = new Span[1 + random.nextInt(5)];
            for (int i = 0; i < spans.length; i++) {
                spans[i] = span(i * 100);
            }
            tiny.run(spans);
        }

        private Span span(int extent) {
            int[] tokens = tiny.tokens(1 + random.nextInt(60), extent);
            Adaptation adaptation = switch (random.nextInt(3)) {
                case 0 -> TinyRunner.BASE;
                case 1 -> tiny.merged(TinyAdapter.of(tiny.config, 4, 1, Projection.Q));
                default -> resident();
            };
            Draw draw = new Draw(
                    random.nextInt(2),
                    random.nextInt(2),
                    1,
                    0,
                    0.5,
                    new int[random.nextInt(3)],
                    new float[3],
                    new int[] {5},
                    1.2f,
                    random.nextInt(-1, 4));
            int column = adaptation instanceof Adaptation.Merged ? 8 : -1;
            int scored = random.nextInt(tokens.length);
            return new Span(tokens, 0, tokens.length, extent, 0, adaptation, column, draw, scored, 2);
        }

        private Adaptation resident() {
            SortedMap<Site, float[]> gains = new TreeMap<>();
            gains.put(new Site(0, Projection.V), new float[] {0.5f, 0, 0.5f});
            return new Adaptation.Resident("plan " + random.nextInt(9), gains);
        }
    }

    @Test
    void stepsLoadsAndSelectionsLeaveNothingBehind() {
        try (TinyRunner tiny = TinyRunner.of(TinyCheckpoint.llama(), directory);
                TorchSelector selector = new TorchSelector(tiny.base)) {
            Work work = new Work(tiny, selector);
            work.steps(60);
            int before = LiveResources.count();
            work.steps(200);
            assertThat(LiveResources.count()).isEqualTo(before);
        }
    }

    @Test
    void closingGivesEverythingBack() {
        int before = LiveResources.count();
        try (TinyRunner tiny = TinyRunner.of(TinyCheckpoint.llama(), directory)) {
            int loaded = LiveResources.count();
            assertThat(loaded).isGreaterThan(before);
            Pool pool = TinyPool.of(tiny.config, "tiny", 3, 2, 1, Projection.values());
            for (int i = 0; i < 3; i++) {
                try (TorchRunner more =
                                new TorchRunner(tiny.base, tiny.runner().limits(), java.util.Optional.of(pool));
                        TorchSelector selector = new TorchSelector(tiny.base)) {
                    more.loadAdapter(tiny.base.bankLayout().image(TinyAdapter.of(tiny.config, 2, 1, Projection.Q)), 0);
                    selector.select(
                            pool,
                            List.of(new Example(tiny.tokens(5, 1), 2)),
                            new PieceSelector.Options(1, 1, Merge.PRODUCT));
                }
                assertThat(LiveResources.count()).isEqualTo(loaded);
            }
        }
        assertThat(LiveResources.count()).isEqualTo(before);
    }

    /** Linux refuses to promise more memory than the machine has, at once. */
    @Test
    void anAdapterWhoseColumnsHaveNoRoomLeavesNothingBehind() throws IOException {
        assumeThat(Path.of("/proc/sys/vm/overcommit_memory")).hasContent("0");
        try (TinyRunner tiny = TinyRunner.of(TinyCheckpoint.llama(), directory);
                AdapterBank bank = new AdapterBank(tiny.base, columnsForB(tiny.base.bankLayout()))) {
            BankImage adapter = tiny.base.bankLayout().image(TinyAdapter.of(tiny.config, 2, 1, Projection.DOWN));
            int before = LiveResources.count();
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> bank.load(adapter, 0)).isInstanceOf(RuntimeException.class);
            }
            assertThat(LiveResources.count()).isEqualTo(before);
        }
    }

    /** So many that there is memory for the group's B, but not for its A, which is half as large again. */
    private static int columnsForB(BankLayout layout) throws IOException {
        long kilobytes = Files.readAllLines(Path.of("/proc/meminfo")).stream()
                .filter(line -> line.startsWith("MemTotal:") || line.startsWith("SwapTotal:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
        long columnBytes =
                (long) layout.columnB(ProjectionGroup.DOWN) * layout.shape().layers() * Float.BYTES;
        return Math.toIntExact(kilobytes * 1024 / columnBytes / 5 * 4);
    }

    @Test
    void aLoadThatFailsGivesEverythingBack() {
        TinyRunner.of(TinyCheckpoint.llama(), directory.resolve("first")).close();
        int before = LiveResources.count();
        TinyCheckpoint broken = TinyCheckpoint.llama().broken(shapes -> shapes.remove("model.norm.weight"));
        assertThatThrownBy(() -> TinyRunner.of(broken, directory.resolve("broken")))
                .hasMessageContaining("model.norm.weight");
        assertThat(LiveResources.count()).isEqualTo(before);
    }
}
