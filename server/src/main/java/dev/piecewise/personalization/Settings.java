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
 * @param guardItems newest items that plans are tried on, at most
 * @param retrieval which items stand before a prompt
 */
public record Settings(
        AdapterMode mode,
        UnknownUser unknownUser,
        Assembler.Options assembly,
        int maxRank,
        int maxPlans,
        int guardItems,
        Retrieval retrieval) {
    /**
     * Which items of a history stand before a prompt.
     *
     * @param items at most
     * @param searched newest items that they are looked for among
     */
    public record Retrieval(int items, int searched) {
        public static final Retrieval DEFAULT = new Retrieval(4, 1000);
    }

    /** Without a guard, and the usual items before a prompt. */
    public Settings(AdapterMode mode, UnknownUser unknownUser, Assembler.Options assembly, int maxRank, int maxPlans) {
        this(mode, unknownUser, assembly, maxRank, maxPlans, 0, Retrieval.DEFAULT);
    }

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
                personalization.maxPlansCached(),
                personalization.guardItems(),
                new Retrieval(personalization.ragItems(), personalization.ragSearched()));
    }
}
