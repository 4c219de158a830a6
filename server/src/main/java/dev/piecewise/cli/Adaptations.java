package dev.piecewise.cli;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.Assembler;
import dev.piecewise.adapter.ExampleEncoder;
import dev.piecewise.adapter.HistoryFile;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Merger;
import dev.piecewise.adapter.PeftReader;
import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.Pool;
import dev.piecewise.config.PiecewiseConfig;
import dev.piecewise.error.ServingException;
import dev.piecewise.model.TorchSelector;
import dev.piecewise.personalization.Settings;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** From files to what a sequence runs with. */
final class Adaptations {
    private Adaptations() {}

    /** The adapter, or the one assembled from the history, or the base. */
    static Adaptation of(LoadedModel loaded, PiecewiseConfig config, AdapterOptions options) {
        if (options.adapter() != null) {
            return merged(loaded, PeftReader.read(options.adapter(), loaded.shape(), loaded.fingerprint()));
        }
        if (options.pool() == null || options.history() == null) {
            return new Adaptation.Base(loaded.fingerprint());
        }
        Pool pool = loaded.pool(options.pool());
        Merge merge = options.merge(config);
        Plan plan = assemble(loaded, config, pool, options.history(), merge);
        return merged(loaded, Merger.merge(plan, pool, merge));
    }

    private static Adaptation merged(LoadedModel loaded, LoraAdapter adapter) {
        return new Adaptation.Merged(loaded.base().bankLayout().image(adapter));
    }

    /** A plan from the history in this file. */
    static Plan assemble(LoadedModel loaded, PiecewiseConfig config, Pool pool, Path history, Merge merge) {
        List<HistoryItem> items = HistoryFile.read(history);
        if (items.isEmpty()) {
            throw ServingException.invalid("--history", history + " holds no item");
        }
        try (TorchSelector selector = new TorchSelector(loaded.base())) {
            Assembler assembler = new Assembler(selector, encoder(loaded, config), Clock.systemUTC());
            return assembler.assemble(
                    pool, items, Settings.of(config).assembly().withMerge(merge));
        }
    }

    /** How history items become examples of this model. */
    static ExampleEncoder encoder(LoadedModel loaded, PiecewiseConfig config) {
        int eos = loaded.tokenizer().eos().orElse(-1);
        int longest =
                Math.min(loaded.shape().maxPositions(), config.personalization().maxHistoryTokens());
        return new ExampleEncoder(loaded.tokenizer()::encode, eos, longest);
    }

    /** Where {@code generate} finds an adapter. */
    record AdapterOptions(
            @Nullable Path adapter,
            @Nullable Path pool,
            @Nullable Path history,
            @Nullable Merge chosen) {
        Merge merge(PiecewiseConfig config) {
            return chosen == null ? config.adapters().merge() : chosen;
        }
    }
}
