package dev.piecewise.cli;

import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.DType;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.config.PiecewiseConfig;
import dev.piecewise.model.DeviceChoice;
import dev.piecewise.training.AdaptedBase;
import dev.piecewise.training.AdapterTraining;
import dev.piecewise.training.Corpus;
import dev.piecewise.training.ScratchBase;
import dev.piecewise.training.TrainingSettings;
import dev.piecewise.training.TrainingSettings.Length;
import dev.piecewise.training.TrainingSettings.Optimizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Makes a base model: one adapted to a task, or a small one from nothing. */
@Command(
        name = "base",
        description =
                "Adapts a base model to a task (LoRA, merged into a new base), or trains a small Llama from scratch.",
        mixinStandardHelpOptions = true)
public final class TrainBaseCommand implements Callable<Integer> {
    private static final Optimizer SCRATCH =
            Optimizer.of(3e-3).withClip(1).withWeightDecay(0.1).withSchedule(0.05, 0.05);

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOptions settings;

    @Mixin
    private TrainingOptions training;

    @Mixin
    private LoraOptions lora;

    @Option(names = "--model", paramLabel = "DIR", description = "The base model to adapt.")
    private @Nullable Path model;

    @Option(names = "--from-scratch", description = "Train a new model instead.")
    private boolean scratch;

    @Option(names = "--all-weights", description = "Train all weights of the base, not a LoRA that is merged into it.")
    private boolean allWeights;

    @Option(
            names = "--examples",
            paramLabel = "FILE",
            required = true,
            arity = "1..*",
            description = "What to learn: JSON Lines of prompt and completion or of text, or plain text (.txt).")
    private List<Path> examples = List.of();

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "The new model's directory.")
    private Path out;

    @Option(
            names = "--work",
            paramLabel = "DIR",
            description = "Checkpoints, from which a killed training goes on; OUT.training.")
    private @Nullable Path work;

    @Option(
            names = "--shape",
            paramLabel = "FILE",
            description = "From scratch: fields of a Hugging Face config.json, such as hidden_size.")
    private @Nullable Path shape;

    @Option(names = "--vocabulary", paramLabel = "N", description = "From scratch: tokens at most; 4096.")
    private int vocabulary = 4096;

    @Option(
            names = "--store",
            paramLabel = "F32|BF16",
            description = "From scratch: what the weights are written as; BF16.")
    private DType store = DType.BF16;

    @Override
    public Integer call() {
        if (scratch == (model != null)) {
            throw new ParameterException(spec.commandLine(), "either --model or --from-scratch is needed");
        }
        List<HistoryItem> corpus = Corpus.read(examples);
        Path workplace = work == null ? out.resolveSibling(out.getFileName() + ".training") : work;
        if (model == null) {
            fromScratch(corpus, workplace);
        } else {
            adapt(model, corpus, workplace);
        }
        return 0;
    }

    private void fromScratch(List<HistoryItem> corpus, Path workplace) {
        PiecewiseConfig config = settings.load(out);
        TrainingSettings how = training.settings(new TrainingOptions.Defaults(new Length.Epochs(1), SCRATCH, 64));
        DeviceChoice device = LoadedModel.device(config, false);
        ScratchBase.Plan plan = new ScratchBase.Plan(shape, vocabulary, store, device);
        try (TrainingProgress progress = new TrainingProgress(spec.commandLine().getErr(), "training")) {
            ModelConfig made = new ScratchBase(workplace).train(corpus, plan, how, progress, out);
            spec.commandLine()
                    .getOut()
                    .println("%s: %d layers of %d, %d tokens; %s"
                            .formatted(out, made.layers(), made.hidden(), made.vocabulary(), progress.summary()));
        }
    }

    private void adapt(Path from, List<HistoryItem> corpus, Path workplace) {
        lora.check();
        PiecewiseConfig config = settings.load(from);
        TrainingSettings how =
                training.settings(new TrainingOptions.Defaults(new Length.Epochs(3), Optimizer.of(1e-4), 6));
        try (Checkpoint checkpoint = Checkpoint.open(from);
                TrainingProgress progress =
                        new TrainingProgress(spec.commandLine().getErr(), "adapting")) {
            ModelConfig read = ModelConfigReader.read(from);
            checkpoint.verify(read);
            AdapterTraining work = AdapterTraining.of(workplace, checkpoint, read);
            DeviceChoice device = LoadedModel.device(config, checkpoint.dtype() == DType.F32);
            String changed;
            if (allWeights) {
                Map<String, float[]> weights = work.weights(corpus, device, how, progress);
                AdaptedBase.write(checkpoint, read, weights, work::publishLog, out);
                changed = "%d tensors trained".formatted(weights.size());
            } else {
                LoraAdapter adapter = work.train(corpus, device, how, lora.shape(read, how.seed()), progress);
                AdaptedBase.write(checkpoint, read, adapter, work::publishLog, out);
                changed = "%d sites adapted".formatted(adapter.sites().size());
            }
            work.clear();
            spec.commandLine().getOut().println("%s: %s; %s".formatted(out, changed, progress.summary()));
        }
    }
}
