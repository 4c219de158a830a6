package dev.piecewise.cli;

import dev.piecewise.adapter.HistoryFile;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.adapter.PeftWriter;
import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.DType;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.config.PiecewiseConfig;
import dev.piecewise.text.Tokenizer;
import dev.piecewise.training.AdapterTraining;
import dev.piecewise.training.ExampleReader;
import dev.piecewise.training.LoraShape;
import dev.piecewise.training.OwnContext;
import dev.piecewise.training.SpanMask;
import dev.piecewise.training.TrainingSettings;
import dev.piecewise.training.TrainingSettings.Length;
import dev.piecewise.training.TrainingSettings.Optimizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains one user's own adapter. */
@Command(
        name = "adapter",
        description = "Trains one user's own LoRA on his history (OPPU), or on an author's plain text.",
        mixinStandardHelpOptions = true)
public final class TrainAdapterCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOptions settings;

    @Mixin
    private TrainingOptions training;

    @Mixin
    private LoraOptions lora;

    @Option(names = "--model", paramLabel = "DIR", required = true, description = "The base model's directory.")
    private Path model;

    @Option(names = "--history", paramLabel = "FILE", required = true, description = "The history, JSON Lines.")
    private Path history;

    @Option(names = "--out", paramLabel = "PEFT_DIR", required = true, description = "The new adapter's directory.")
    private Path out;

    @Option(
            names = "--work",
            paramLabel = "DIR",
            description = "Checkpoints, from which a killed training goes on; PEFT_DIR.training.")
    private @Nullable Path work;

    @Option(
            names = "--context",
            description = "Learn each item also behind the earlier item that fits it best, as OPPU does.")
    private boolean context;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description = "Longest example; plain text is cut into parts of it (what the model was made for).")
    private @Nullable Integer maxTokens;

    @Option(names = "--mask", paramLabel = "REGEX", description = "What of plain text is read but not learnt.")
    private @Nullable String mask;

    @Option(names = "--mask-names", description = "Do not learn names in plain text, as far as capitals tell.")
    private boolean maskNames;

    @Override
    public Integer call() {
        lora.check();
        Usage.require(spec, mask == null || !maskNames, "--mask and --mask-names exclude each other");
        TrainingSettings how =
                training.settings(new TrainingOptions.Defaults(new Length.Epochs(3), Optimizer.of(5e-3), 6));
        if (Files.exists(out)) {
            throw new BadFileException(out, "exists already and is not changed");
        }
        List<HistoryItem> items = HistoryFile.read(history);
        if (items.isEmpty()) {
            throw new BadFileException(history, "holds no item");
        }
        PiecewiseConfig config = settings.load(model);
        try (Checkpoint checkpoint = Checkpoint.open(model);
                TrainingProgress progress =
                        new TrainingProgress(spec.commandLine().getErr(), "training")) {
            train(config, checkpoint, context ? OwnContext.of(items) : items, how, progress);
        }
        return 0;
    }

    private void train(
            PiecewiseConfig config,
            Checkpoint checkpoint,
            List<HistoryItem> items,
            TrainingSettings how,
            TrainingProgress progress) {
        ModelConfig base = ModelConfigReader.read(model);
        checkpoint.verify(base);
        Path workplace = work == null ? out.resolveSibling(out.getFileName() + ".training") : work;
        AdapterTraining trainer = new AdapterTraining(workplace, checkpoint, base, reader(base));
        LoraShape shape = lora.shape(base, how.seed());
        LoraAdapter adapter =
                trainer.train(items, LoadedModel.device(config, checkpoint.dtype() == DType.F32), how, shape, progress);
        PeftWriter.write(adapter, base, model.toAbsolutePath().normalize().getFileName() + "", out);
        trainer.publishLog(out);
        trainer.clear();
        spec.commandLine()
                .getOut()
                .println("%s: %d sites, rank %d, %,d bytes; %s"
                        .formatted(out, adapter.sites().size(), shape.rank(), adapter.bytes(), progress.summary()));
    }

    private ExampleReader reader(ModelConfig base) {
        int longest = maxTokens == null ? base.maxPositions() : Math.min(maxTokens, base.maxPositions());
        Usage.atLeast(spec, 2, longest, "--max-tokens");
        SpanMask spans = maskNames ? SpanMask.names() : mask == null ? SpanMask.NONE : SpanMask.of(mask);
        return new ExampleReader(Tokenizer.load(model), longest, spans);
    }
}
