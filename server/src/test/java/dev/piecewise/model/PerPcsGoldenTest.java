package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.piecewise.adapter.Assembler;
import dev.piecewise.adapter.Assembler.Selection;
import dev.piecewise.adapter.Choice;
import dev.piecewise.adapter.Example;
import dev.piecewise.adapter.ExampleEncoder;
import dev.piecewise.adapter.Factors;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.adapter.Keys;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Merger;
import dev.piecewise.adapter.PieceSelector;
import dev.piecewise.adapter.PieceStack;
import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.Pool;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.SafetensorsFile;
import dev.piecewise.checkpoint.Site;
import java.net.URL;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Plans and factors are those that an independent implementation of Per-Pcs made of the same pool and history; golden.json says which. */
@Timeout(60)
final class PerPcsGoldenTest {
    private static final int SHARERS = 5;
    private static final int RANK = 2;
    private static final int K = 2;
    private static final int BATCH = 4;

    static Path files;
    static JsonNode golden;
    static BaseModel base;
    static TorchSelector selector;
    static Pool pool;

    @BeforeAll
    static void load() throws Exception {
        URL found = Objects.requireNonNull(PerPcsGoldenTest.class.getResource("/perpcs"));
        files = Path.of(found.toURI());
        golden = new JsonMapper().readTree(files.resolve("golden.json").toFile());
        ModelConfig config = ModelConfigReader.read(files.resolve("base"));
        try (Checkpoint checkpoint = Checkpoint.open(files.resolve("base"))) {
            base = BaseModel.load(checkpoint, config, DeviceChoice.of("cpu", "float32", true));
        }
        selector = new TorchSelector(base);
        pool = pool(config);
    }

    @AfterAll
    static void close() {
        selector.close();
        base.close();
    }

    private static Pool pool(ModelConfig config) {
        SortedMap<Site, PieceStack> sites = new TreeMap<>();
        try (SafetensorsFile pieces = SafetensorsFile.open(files.resolve("pieces.safetensors"))) {
            for (String name : (Iterable<String>) golden.get("batches").get(0)::fieldNames) {
                Site site = Site.parse(name).orElseThrow();
                sites.put(
                        site,
                        new PieceStack(
                                SHARERS,
                                RANK,
                                config.in(site.projection()),
                                config.out(site.projection()),
                                values(pieces, name + ".A"),
                                values(pieces, name + ".B"),
                                values(pieces, name + ".gate")));
            }
        }
        List<Pool.Sharer> sharers = IntStream.range(0, SHARERS)
                .mapToObj(i -> new Pool.Sharer("s" + i, 0))
                .toList();
        return new Pool("golden", "base", RANK, 1, Merge.FACTOR, Keys.GATES, sharers, sites);
    }

    private static float[] values(SafetensorsFile file, String name) {
        return file.floats(file.find(name).orElseThrow());
    }

    private static int[] ids(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::intValue).toArray();
    }

    @Test
    void everyBatchSelectsTheSamePiecesWithTheSameWeights() {
        List<Example> examples = golden.get("examples")
                .valueStream()
                .map(example -> new Example(
                        IntStream.concat(
                                        IntStream.of(ids(example.get("prompt"))),
                                        IntStream.of(ids(example.get("answer"))))
                                .toArray(),
                        example.get("prompt").size()))
                .toList();
        for (int batch = 0; batch < golden.get("batches").size(); batch++) {
            List<Example> part = examples.subList(batch * BATCH, Math.min(examples.size(), (batch + 1) * BATCH));
            SortedMap<Site, List<Choice>> found =
                    selector.select(pool, part, new PieceSelector.Options(K, 1, Merge.FACTOR));
            JsonNode expected = golden.get("batches").get(batch);
            assertThat(found).hasSize(expected.size());
            found.forEach((site, choices) -> assertChosen(choices, expected.get(site.toString())));
        }
    }

    private static void assertChosen(List<Choice> choices, JsonNode expected) {
        assertThat(choices).hasSameSizeAs(expected);
        for (int i = 0; i < choices.size(); i++) {
            assertThat(choices.get(i).sharer()).isEqualTo(expected.get(i).get(0).textValue());
            assertThat(choices.get(i).weight()).isCloseTo(expected.get(i).get(1).doubleValue(), within(1e-5));
        }
    }

    @Test
    void theWholeHistoryAssemblesToTheSameFactors() {
        ExampleEncoder.Encoding spelled = (text, special) ->
                Stream.of(text.trim().split(" ")).mapToInt(Integer::parseInt).toArray();
        Assembler assembler = new Assembler(selector, new ExampleEncoder(spelled, -1, 100), Clock.systemUTC());
        List<HistoryItem> history = new ArrayList<>();
        for (JsonNode example : golden.get("examples")) {
            history.add(new HistoryItem(null, null, spell(example.get("prompt")), spell(example.get("answer"))));
        }
        Plan plan = assembler.assemble(
                pool, history, new Assembler.Options(K, 1, Merge.FACTOR, Selection.PER_BATCH, BATCH, 50, 1000));
        assertThat(plan.sites().values())
                .allSatisfy(choices -> assertThat(
                                choices.stream().mapToDouble(Choice::weight).sum())
                        .isCloseTo(1, within(1e-6)));
        LoraAdapter merged = Merger.merge(plan, pool, Merge.FACTOR);
        try (SafetensorsFile expected = SafetensorsFile.open(files.resolve("assembled.safetensors"))) {
            for (Site site : pool.sites().keySet()) {
                Factors factors = merged.factors(site);
                assertThat(factors.a()).containsExactly(values(expected, site + ".A"), within(1e-5f));
                assertThat(factors.b()).containsExactly(values(expected, site + ".B"), within(1e-5f));
            }
        }
    }

    /** Token ids as words, each with a space behind it. */
    private static String spell(JsonNode tokens) {
        return tokens.valueStream().map(JsonNode::asText).collect(Collectors.joining(" ", "", " "));
    }

    /** The worked example of three pieces of rank 1 and two examples, run through the authors' class. */
    @Test
    void scoresAndUpdatesAreThoseOfTheWorkedExample() {
        try (NDManager made = base.script().manager().newSubManager()) {
            float[] gates = {.03f, -.01f, .02f, 0, .01f, .02f, .03f, .05f, -.02f, 0, .01f, .04f};
            float[] rows = {
                1, 2, 3, 4, 2, 1, 0, -1, 0, 1, 0, 1, 5, 5, 5, 6, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1
            };
            float[] weights = {0, .25f, .25f, 0, .25f, .25f, 0, 0};
            var x = made.create(rows, new Shape(8, 4));
            var keys = base.script()
                    .call("key_rows")
                    .tensor(made.create(gates, new Shape(3, 4)))
                    .tensor(x)
                    .keep();
            float[] scores = base.script()
                    .call("score")
                    .tensor(x)
                    .tensor(made.create(weights))
                    .tensor(keys)
                    .number(0)
                    .floats();
            assertThat(scores).containsExactly(new float[] {-.257109f, -.709707f, -.661542f}, within(2e-6f));
            float[] a = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};
            float[] b = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 3, 0};
            float[][] first = {{1.079851f, 0, 2.161934f, 0}, {.599752f, 0, 3.602232f, 0}};
            for (Merge merge : List.of(Merge.FACTOR, Merge.PRODUCT)) {
                float[] updated = base.script()
                        .call("install")
                        .tensor(made.zeros(new Shape(8, 4)))
                        .tensor(x)
                        .tensor(made.create(a, new Shape(3, 1, 4)))
                        .tensor(made.create(b, new Shape(3, 4, 1)))
                        .tensor(made.create(new long[] {0, 2}))
                        .tensor(made.create(new float[] {.599752f, .400248f}))
                        .number(merge == Merge.FACTOR ? 1 : 0)
                        .floats();
                float[] expected = first[merge == Merge.FACTOR ? 0 : 1];
                assertThat(Arrays.copyOf(updated, 4)).containsExactly(expected, within(1e-5f));
            }
        }
    }
}
