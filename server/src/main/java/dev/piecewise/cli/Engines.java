package dev.piecewise.cli;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.Pool;
import dev.piecewise.config.PiecewiseConfig;
import dev.piecewise.engine.EngineLimits;
import dev.piecewise.engine.EngineObserver;
import dev.piecewise.engine.LocalEngine;
import dev.piecewise.engine.ModelRunner;
import dev.piecewise.error.ServingException;
import dev.piecewise.model.TorchRunner;
import java.util.Optional;

/** Engines over a loaded model. */
final class Engines {
    private Engines() {}

    /** As the configuration says, with the pool resident if there is one. */
    static LocalEngine serving(
            LoadedModel loaded, PiecewiseConfig config, Optional<Pool> resident, EngineObserver observer) {
        PiecewiseConfig.Engine engine = config.engine();
        int columns = columns(config.adapters(), loaded.base().mostBankColumns());
        ModelRunner.Limits limits = new ModelRunner.Limits(
                loaded.shape().vocabulary(), engine.kvPlaces(), loaded.maxLength(engine), columns);
        return new LocalEngine(
                config.model().servedName(),
                new TorchRunner(loaded.base(), limits, resident),
                new EngineLimits(
                                engine.maxSequences(),
                                engine.maxBatchedTokens(),
                                engine.maxWaiting(),
                                config.adapters().slots(),
                                engine.prefixCache() && loaded.prefixesAreReusable())
                        .withItlStretch(engine.maxItlStretch()),
                observer);
    }

    /** Columns of the adapter bank, or what to set where the device has no room for so many. */
    static int columns(PiecewiseConfig.Adapters adapters, int most) {
        int columns = Math.multiplyExact(adapters.slots(), adapters.maxRank());
        if (columns > most) {
            throw ServingException.invalid(
                    "adapters.slots",
                    "adapters.slots %d times adapters.max-rank %d are %d columns of the adapter bank, and this model's can have %d on the CPU"
                            .formatted(adapters.slots(), adapters.maxRank(), columns, most));
        }
        return columns;
    }

    /** For one sequence of at most so many tokens with this adapter. */
    static LocalEngine forOne(LoadedModel loaded, PiecewiseConfig config, Adaptation adaptation, int tokens) {
        int columns = adaptation instanceof Adaptation.Merged merged
                ? Math.max(1, merged.adapter().rank())
                : 1;
        int length = loaded.maxLength(config.engine());
        ModelRunner.Limits limits =
                new ModelRunner.Limits(loaded.shape().vocabulary(), Math.clamp(tokens, 1, length), length, columns);
        int batch = config.engine().maxBatchedTokens();
        return new LocalEngine(
                "generate",
                new TorchRunner(loaded.base(), limits, Optional.empty()),
                new EngineLimits(1, batch, 1, 1, false),
                EngineObserver.NONE);
    }
}
