package dev.piecewise.cli;

import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Pool;
import dev.piecewise.model.BaseModel;
import dev.piecewise.personalization.Settings;

/** Whether a pool's pieces stay on the device as columns beside the base's weights. */
final class Residency {
    /** Every step reads the resident pool; beyond this share of the base's own bytes slots are cheaper. */
    private static final double SHARE = 0.25;
    /** What is always small enough. */
    private static final long SMALL = 64L << 20;

    private Residency() {}

    static boolean of(Settings settings, Pool pool, BaseModel base) {
        return switch (settings.mode()) {
            case RESIDENT -> true;
            case SLOTS -> false;
            case AUTO ->
                settings.assembly().merge() == Merge.PRODUCT
                        && bytes(pool, base) <= Math.max(SMALL, SHARE * base.bytesPerStep());
        };
    }

    private static long bytes(Pool pool, BaseModel base) {
        return base.precision().bytes()
                * pool.sites().values().stream()
                        .mapToLong(stack -> (long) stack.sharers() * stack.rank() * (stack.in() + stack.out()))
                        .sum();
    }
}
