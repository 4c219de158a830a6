package dev.piecewise.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.error.ServingException;
import dev.piecewise.fixture.TinyCheckpoint;
import dev.piecewise.model.DeviceChoice;
import dev.piecewise.model.TrainableBase;
import dev.piecewise.training.TrainingSettings.Length;
import dev.piecewise.training.TrainingSettings.Optimizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Training on a tiny model of random weights, in float32. */
@Timeout(120)
final class TrainerTest {
    private static final TrainingSettings SETTINGS =
            new TrainingSettings(new Length.Steps(12), Optimizer.of(2e-2).withClip(1), 4, 1, 8, false, 7, 5);

    @TempDir
    Path directory;

    @AutoClose
    private TrainableBase base;

    private LoraShape shape;

    @BeforeEach
    void load() {
        Path model = TinyCheckpoint.llama().write(directory.resolve("model"));
        ModelConfig config = ModelConfigReader.read(model);
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            base = TrainableBase.load(checkpoint, config, DeviceChoice.of("cpu", "float32", true));
        }
        shape = LoraShape.of(config, EnumSet.of(Projection.Q, Projection.V, Projection.DOWN), 4, 8, 1);
    }

    @Test
    void anAdapterLearnsItsUsersExamples() {
        List<Double> losses = new ArrayList<>();
        trainer(SETTINGS, progress -> losses.add(progress.loss())).adapters(List.of(learner("ann", 6)), shape);

        assertThat(losses).hasSize(12);
        assertThat(losses.getLast()).isLessThan(0.8 * losses.getFirst());
    }

    @Test
    void aTrainingThatWasStoppedGoesOnToTheSameNumbers() throws IOException {
        List<Learner> learners = List.of(learner("ann", 6), learner("ben", 9));
        Map<String, LoraAdapter> whole =
                trainer(SETTINGS, TrainingListener.NONE).adapters(learners, shape);
        Checkpoints checkpoints = new Checkpoints(directory.resolve("checkpoints"));
        Trainer stopped = new Trainer(base, SETTINGS, stopAt(8), checkpoints);
        List<Integer> steps = new ArrayList<>();
        Trainer resumed = new Trainer(base, SETTINGS, progress -> steps.add(progress.step()), checkpoints);

        assertThatThrownBy(() -> stopped.adapters(learners, shape)).hasMessage("stopped");
        Files.writeString(checkpoints.directory().resolve(".training-0000.safetensors.tmp-half"), "written");
        Map<String, LoraAdapter> after = resumed.adapters(learners, shape);

        assertThat(steps).containsExactly(6, 7, 8, 9, 10, 11, 12);
        assertThat(after.values())
                .extracting(LoraAdapter::fingerprint)
                .containsExactlyElementsOf(
                        whole.values().stream().map(LoraAdapter::fingerprint).toList());
        checkpoints.clear();
        assertThat(checkpoints.directory()).doesNotExist();
    }

    @Test
    void allWeightsGoOnToTheSameNumbers() {
        List<TrainingExample> examples = learner("x", 9).examples();
        Checkpoints checkpoints = new Checkpoints(directory.resolve("checkpoints"));
        assertThatThrownBy(() -> weights(stopAt(7), checkpoints, examples)).hasMessage("stopped");
        Map<String, float[]> resumed = weights(TrainingListener.NONE, checkpoints, examples);
        Map<String, float[]> whole = weights(TrainingListener.NONE, null, examples);

        whole.forEach((name, values) -> assertThat(resumed.get(name)).as(name).isEqualTo(values));
    }

    @Test
    void theCheckpointOfAnotherTrainingIsRefused() {
        Checkpoints checkpoints = new Checkpoints(directory.resolve("checkpoints"));
        new Trainer(base, SETTINGS, TrainingListener.NONE, checkpoints).adapters(List.of(learner("ann", 6)), shape);
        Trainer other = new Trainer(base, SETTINGS, TrainingListener.NONE, checkpoints);

        assertThatThrownBy(() -> other.adapters(List.of(learner("ann", 7)), shape))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining("another training");
    }

    @Test
    void usersGetTheSameSideBySideAsAlone() {
        TrainingSettings epochs =
                new TrainingSettings(new Length.Epochs(3), Optimizer.of(2e-2).withClip(0.5), 4, 1, 8, false, 7, 100);
        List<Learner> learners = List.of(learner("ann", 6), learner("ben", 11), learner("cy", 2));
        Map<String, LoraAdapter> together =
                trainer(epochs, TrainingListener.NONE).adapters(learners, shape);

        together.forEach((user, adapter) -> {
            List<Learner> one = learners.stream()
                    .filter(learner -> learner.user().equals(user))
                    .toList();
            assertClose(
                    trainer(epochs, TrainingListener.NONE)
                            .adapters(one, shape)
                            .firstEntry()
                            .getValue(),
                    adapter);
        });
        assertThat(together.keySet()).containsExactly("ann", "ben", "cy");
    }

    @Test
    void partsOfABatchAddUpToTheBatch() {
        TrainingSettings parts = new TrainingSettings(SETTINGS.length(), SETTINGS.optimizer(), 4, 3, 8, true, 7, 5);
        List<Learner> learners = List.of(learner("ann", 6));
        LoraAdapter whole = trainer(SETTINGS, TrainingListener.NONE)
                .adapters(learners, shape)
                .firstEntry()
                .getValue();
        LoraAdapter inParts = trainer(parts, TrainingListener.NONE)
                .adapters(learners, shape)
                .firstEntry()
                .getValue();

        assertClose(inParts, whole);
    }

    @Test
    void gatesLearnAndLeaveTheAdapterAlone() {
        List<Learner> learners = List.of(learner("ann", 6), learner("ben", 6));
        Map<String, LoraAdapter> adapters =
                trainer(SETTINGS, TrainingListener.NONE).adapters(learners, shape);
        List<Double> losses = new ArrayList<>();
        TrainingSettings settings = new TrainingSettings(
                new Length.Steps(20), Optimizer.of(5e-2).withWeightDecay(0), 6, 1, 8, false, 7, 100);
        SequencedMap<String, SortedMap<Site, float[]>> gates =
                trainer(settings, progress -> losses.add(progress.loss())).gates(learners, adapters);

        assertThat(losses.getLast()).isLessThan(losses.getFirst());
        assertThat(gates.keySet()).containsExactly("ann", "ben");
        SortedMap<Site, float[]> last = gates.lastEntry().getValue();
        assertThat(last.keySet()).isEqualTo(shape.sites());
        assertThat(last.get(new Site(0, Projection.DOWN))).hasSize(48);
    }

    @Test
    void aLossThatIsNoNumberStopsWithItsStepAndExamplesAndKeepsTheLastCheckpoint() {
        TrainingSettings wild = new TrainingSettings(
                new Length.Steps(9), new Optimizer(1e38, 0.9, 0.95, 1e-8, 0, 0, 0, 0), 4, 1, 8, false, 7, 1);
        Checkpoints checkpoints = new Checkpoints(directory.resolve("checkpoints"));
        Trainer trainer = new Trainer(base, wild, TrainingListener.NONE, checkpoints);

        assertThatThrownBy(() -> trainer.adapters(List.of(learner("ann", 6)), shape))
                .isInstanceOf(ServingException.class)
                .hasMessageMatching(
                        "step \\d+: the (loss|gradient) of ann is \\S+ on examples [\\d, ]+; .*training-0000.*");
        assertThat(checkpoints.file(0)).exists();
    }

    @Test
    void aUserWhoIsThereTwiceIsRefused() {
        assertThatThrownBy(() -> trainer(SETTINGS, TrainingListener.NONE)
                        .adapters(List.of(learner("ann", 6), learner("ann", 7)), shape))
                .hasMessage("user ann is there twice");
    }

    private Trainer trainer(TrainingSettings settings, TrainingListener listener) {
        return new Trainer(base, settings, listener, null);
    }

    /** From scratch, computed in bfloat16. */
    private Map<String, float[]> weights(
            TrainingListener listener, @Nullable Checkpoints checkpoints, List<TrainingExample> examples) {
        try (TrainableBase fresh = TrainableBase.fresh(base.config(), DeviceChoice.of("cpu", "bfloat16", true), 3)) {
            return new Trainer(fresh, SETTINGS, listener, checkpoints).weights(examples);
        }
    }

    private static TrainingListener stopAt(int step) {
        return progress -> {
            if (progress.step() == step) {
                throw new IllegalStateException("stopped");
            }
        };
    }

    /** Prompts of a few tokens and answers that depend on them. */
    private static Learner learner(String user, int count) {
        Random random = new Random(user.hashCode());
        List<TrainingExample> examples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] tokens = random.ints(4 + random.nextInt(6), 3, 40).toArray();
            boolean[] learned = new boolean[tokens.length];
            for (int at = tokens.length - 2; at < tokens.length; at++) {
                learned[at] = true;
            }
            examples.add(new TrainingExample(tokens, learned));
        }
        return new Learner(user, examples);
    }

    private static void assertClose(LoraAdapter found, LoraAdapter expected) {
        expected.sites().forEach((site, factors) -> {
            for (int i = 0; i < factors.b().length; i++) {
                assertThat(found.factors(site).b()[i]).as("%s %d", site, i).isCloseTo(factors.b()[i], within(2e-3f));
            }
        });
    }
}
