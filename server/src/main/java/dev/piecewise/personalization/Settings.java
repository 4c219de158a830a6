package dev.piecewise.personalization;

import dev.piecewise.adapter.Assembler;
import dev.piecewise.config.PiecewiseConfig;
import dev.piecewise.config.PiecewiseConfig.AdapterMode;
import dev.piecewise.config.PiecewiseConfig.UnknownUser;
import dev.piecewise.error.ServingException;

/**
 * How users are served.
 *
 * @param mode whether plans run as gains on the resident pool, as merged adapters in slots, or as whichever can
 * @param assembly how plans are made; its way of merging is that of every request that does not ask for another one
 * @param maxRank the largest rank that a slot takes
 * @param maxPlans plans that stay in memory
 */
public record Settings(
        AdapterMode mode, UnknownUser unknownUser, Assembler.Options assembly, int maxRank, int maxPlans) {
    /** INVALID_REQUEST with param {@code adapters.merge} for what can never be served. */
    public Settings {
        switch (assembly.merge()) {
            case PRODUCT -> {}
            case FACTOR -> {
                if (mode == AdapterMode.RESIDENT) {
                    throw ServingException.invalid(
                            "adapters.merge",
                            "adapters.merge factor needs slots, and adapters.mode is resident: choose product, or slots or auto");
                }
            }
        }
    }

    public static Settings of(PiecewiseConfig config) {
        PiecewiseConfig.Adapters adapters = config.adapters();
        PiecewiseConfig.Personalization personalization = config.personalization();
        Assembler.Selection selection = switch (personalization.selection()) {
            case GLOBAL -> Assembler.Selection.GLOBAL;
            case PER_BATCH -> Assembler.Selection.PER_BATCH;
        };
        Assembler.Options assembly = new Assembler.Options(
                personalization.k(),
                personalization.temperature(),
                adapters.merge(),
                selection,
                personalization.batch(),
                personalization.maxItems(),
                personalization.maxHistoryTokens());
        return new Settings(
                adapters.mode(),
                personalization.unknownUser(),
                assembly,
                adapters.maxRank(),
                personalization.maxPlansCached());
    }
}
