package dev.piecewise.training.sharers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.piecewise.adapter.Choice;
import dev.piecewise.adapter.Contribution;
import dev.piecewise.adapter.Example;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.PieceSelector;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.PoolImporter;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.fixture.TinyCheckpoint;
import dev.piecewise.model.BaseModel;
import dev.piecewise.model.DeviceChoice;
import dev.piecewise.model.Discriminants;
import dev.piecewise.model.HiddenStates;
import dev.piecewise.model.TorchSelector;
import dev.piecewise.model.TrainableBase;
import dev.piecewise.training.Learner;
import dev.piecewise.training.LoraShape;
import dev.piecewise.training.Trainer;
import dev.piecewise.training.TrainingExample;
import dev.piecewise.training.TrainingListener;
import dev.piecewise.training.TrainingSettings;
import dev.piecewise.training.TrainingSettings.Length;
import dev.piecewise.training.TrainingSettings.Optimizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A trained gate tells its own user's texts from others'. */
@Timeout(120)
final class GateScoresTest {
    private static final int USERS = 4;
    private static final int WORDS = 12;

    @TempDir
    Path directory;

    /** Each user has words of their own and answers every one with the one after it. */
    private static List<Example> texts(int user, int count, long seed) {
        Random random = new Random(seed);
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    int[] tokens = new int[12];
                    int at = random.nextInt(WORDS);
                    for (int t = 0; t < tokens.length; t++) {
                        tokens[t] = 3 + user * WORDS + (at + t) % WORDS;
                    }
                    return new Example(tokens, 2);
                })
                .toList();
    }

    private static List<Learner> learners() {
        return IntStream.range(0, USERS)
                .mapToObj(user -> new Learner(
                        "u" + user,
                        texts(user, 12, user).stream().map(TrainingExample::of).toList()))
                .toList();
    }

    private static TrainingSettings settings(int steps, double rate) {
        Optimizer optimizer = Optimizer.of(rate).withWeightDecay(0);
        return new TrainingSettings(new Length.Steps(steps), optimizer, 4, 1, USERS, false, 0, 1000);
    }

    private static Pool pool(
            TrainableBase base, Map<String, LoraAdapter> adapters, Map<String, SortedMap<Site, float[]>> gates) {
        List<Contribution> contributions = new ArrayList<>();
        adapters.forEach((user, adapter) ->
                contributions.add(new Contribution(user, 12, adapter, Optional.ofNullable(gates.get(user)))));
        return PoolImporter.pool(base.fingerprint(), Merge.PRODUCT, contributions);
    }

    /** As gates begin. */
    private static Map<String, SortedMap<Site, float[]>> zeros(Map<String, LoraAdapter> adapters) {
        Map<String, SortedMap<Site, float[]>> zeros = new HashMap<>();
        adapters.forEach((user, adapter) -> {
            SortedMap<Site, float[]> gates = new TreeMap<>();
            adapter.sites().forEach((site, factors) -> gates.put(site, new float[factors.in()]));
            zeros.put(user, gates);
        });
        return zeros;
    }

    /** The mean over users and sites of the share that a user's own piece gets of all, for texts that it was not trained on. */
    private static double ownShare(TorchSelector selector, Pool pool) {
        double sum = 0;
        int count = 0;
        for (int user = 0; user < USERS; user++) {
            PieceSelector.Options all = new PieceSelector.Options(USERS, 1, Merge.PRODUCT);
            for (List<Choice> choices :
                    selector.select(pool, texts(user, 6, 77 + user), all).values()) {
                for (Choice choice : choices) {
                    sum += choice.sharer().equals("u" + user) ? choice.weight() : 0;
                }
                count++;
            }
        }
        return sum / count;
    }

    @Test
    void computedGatesTellUsersApart() {
        Path model = TinyCheckpoint.llama().write(directory.resolve("tiny"));
        ModelConfig config = ModelConfigReader.read(model);
        try (Checkpoint checkpoint = Checkpoint.open(model);
                BaseModel base = BaseModel.load(checkpoint, config, DeviceChoice.of("cpu", "float32", true))) {
            HiddenStates states = new HiddenStates(base);
            List<List<SortedMap<Site, float[]>>> read = IntStream.range(0, USERS)
                    .mapToObj(user -> texts(user, 12, user).stream()
                            .map(text -> states.siteInputs(List.of(text)))
                            .toList())
                    .toList();
            Site site = new Site(1, Projection.Q);
            float[][] gates = new Discriminants(base)
                    .of(read.stream()
                            .map(user ->
                                    user.stream().map(item -> input(item, site)).toArray(float[][]::new))
                            .toList());
            for (int user = 0; user < USERS; user++) {
                float[] unseen = input(states.siteInputs(texts(user, 6, 77 + user)), site);
                double own = dot(gates[user], unseen);
                for (int other = 0; other < USERS; other++) {
                    assertThat(dot(gates[other], unseen)).isLessThan(other == user ? own + 1 : own / 2);
                }
            }
        }
    }

    private static float[] input(SortedMap<Site, float[]> inputs, Site site) {
        return Objects.requireNonNull(inputs.get(site));
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @Test
    void trainingRaisesTheScoreOfAUsersOwnPieces() {
        Path model = TinyCheckpoint.llama().write(directory.resolve("tiny"));
        ModelConfig config = ModelConfigReader.read(model);
        DeviceChoice cpu = DeviceChoice.of("cpu", "float32", true);
        try (Checkpoint checkpoint = Checkpoint.open(model);
                TrainableBase trainable = TrainableBase.load(checkpoint, config, cpu);
                BaseModel base = BaseModel.load(checkpoint, config, cpu);
                TorchSelector selector = new TorchSelector(base)) {
            LoraShape shape = LoraShape.of(config, EnumSet.of(Projection.Q, Projection.V, Projection.O), 4, 4, 0);
            Map<String, LoraAdapter> adapters =
                    new Trainer(trainable, settings(40, 0.02), TrainingListener.NONE, null).adapters(learners(), shape);
            Map<String, SortedMap<Site, float[]>> gates =
                    new Trainer(trainable, settings(60, 5e-3), TrainingListener.NONE, null).gates(learners(), adapters);
            assertThat(ownShare(selector, pool(trainable, adapters, zeros(adapters))))
                    .isCloseTo(0.25, within(1e-6));
            assertThat(ownShare(selector, pool(trainable, adapters, gates))).isGreaterThan(0.45);
        }
    }
}
