package dev.piecewise.engine;

/**
 * Decides how many tokens of prompts a step may take beside sequences that decode, by what steps took so far. Confined to the engine's thread. Times in seconds.
 *
 * <p>What a step takes with so many decoding sequences and nothing else is learned from such steps alone, as it would rise with the prompts' otherwise; where all steps
 * carry prompts, one is left without now and then. What a prompt's token adds is learned at the sizes that are really used, so that neither first tokens that cost
 * less than a hundredth nor a long context needs a model of its own.
 */
final class PromptPace {
    /** Where nothing is known. */
    private static final int FIRST = 16;
    /** No step takes less, so that every prompt goes on. */
    private static final int LEAST = 4;
    /** Chunks are even, since every new number of rows costs the kernels something once. */
    private static final int UNIT = 2;
    /** Steps with prompts until one goes without, for each time that one did, and at most. */
    private static final int SELDOM = 4;

    private static final int RAREST = 32;
    /** Samples of steps without prompts are rare, and have to follow when everything becomes slower. */
    private static final int ALONE = 5;

    private static final int MIXED = 9;
    /** Steps of one kind do not all take the same time, and nearly all of them are to be below the bound. */
    private static final double MARGIN = 0.7;

    /** Of so many sequences: how many fewer may stand for them when it is learned what a prompt adds. */
    private static final double NEAR = 0.9;

    private final double stretch;
    /** By the number of decoding sequences; of steps that did nothing else. */
    private final RecentMedian[] alone;
    /** How many of these steps there were, up to a limit; and steps with prompts since. */
    private final int[] without;

    private final int[] with;
    private final RecentMedian perToken = new RecentMedian(MIXED);
    /** Until there are samples; 0 where nothing is known. */
    private double perTokenAtMost;

    private int tried;

    /** {@code stretch}: how many times as long a step may take because of prompts; 0 for no bound. */
    PromptPace(double stretch, int maxSequences) {
        this.stretch = stretch;
        alone = new RecentMedian[maxSequences + 1];
        for (int i = 0; i < alone.length; i++) {
            alone[i] = new RecentMedian(ALONE);
        }
        without = new int[alone.length];
        with = new int[alone.length];
    }

    /** Tokens of prompts for the next step, beside so many sequences that decode, if there is room for so many; 0 for a step that goes without. */
    int most(int decoding, int room) {
        if (stretch == 0 || decoding == 0) {
            return room;
        }
        int known = nearestKnown(decoding);
        if (known == 0) {
            return 0;
        }
        int units = (int) Math.min(room, fitting(known)) / UNIT;
        int most = Math.max(LEAST, units * UNIT);
        return with[decoding] >= patience(decoding, most) ? 0 : Math.min(room, most);
    }

    /** Steps with prompts in a row. Where hardly anything fits, what steps take without may have changed, and looking costs little. */
    private int patience(int decoding, int most) {
        return most <= 2 * LEAST ? SELDOM : Math.min(RAREST, SELDOM * Math.max(1, without[decoding]));
    }

    /** A step of so many decoding sequences and so many tokens of prompts took so long. */
    void took(int decoding, int prompts, double seconds) {
        if (stretch == 0) {
            return;
        }
        if (decoding == 0) {
            learnFromPromptsAlone(prompts, seconds);
        } else if (prompts == 0) {
            alone[decoding].add(seconds);
            without[decoding] = Math.min(without[decoding] + 1, RAREST);
            with[decoding] = 0;
        } else {
            with[decoding]++;
            learnPerToken(decoding, prompts, seconds);
        }
    }

    /** Not much more than was tried before. */
    private double fitting(int decoding) {
        double each = perToken.count() == 0 ? perTokenAtMost : perToken.value();
        double fitting = each > 0 ? extra(decoding) / each : Double.POSITIVE_INFINITY;
        return Math.min(fitting, Math.max(FIRST, 2.0 * tried));
    }

    /** Much smaller chunks than usual tell nothing, since what they cost is less than what steps differ by anyway. */
    private void learnPerToken(int decoding, int prompts, double seconds) {
        int known = nearestKnown(decoding);
        if (known >= NEAR * decoding && 4 * prompts >= Math.max(LEAST, fitting(known))) {
            perToken.add((seconds - alone[known].value()) / prompts);
            tried = prompts;
        }
    }

    /** The whole step's time is too much for its tokens, but better than nothing. */
    private void learnFromPromptsAlone(int prompts, double seconds) {
        if (prompts >= FIRST) {
            double each = seconds / prompts;
            perTokenAtMost = perTokenAtMost == 0 ? each : Math.min(perTokenAtMost, each);
        }
    }

    /** The largest number of sequences, no larger than this one, of which the time is known; 0 for none. Fewer take no longer. */
    private int nearestKnown(int decoding) {
        int nearest = decoding;
        while (nearest > 0 && alone[nearest].count() == 0) {
            nearest--;
        }
        return nearest;
    }

    private double extra(int decoding) {
        return alone[decoding].value() * (stretch - 1) * MARGIN;
    }
}
