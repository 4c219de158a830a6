package dev.piecewise.personalization;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.PoolWatch;
import java.util.Optional;

/**
 * What the device holds for everybody.
 *
 * @param pool the pieces that plans are made of; empty where there are none
 * @param resident whether the pool's columns are on the device, so that plans run as gains
 * @param watch tells who withdraws from the pool while it is served
 */
public record Loaded(Adaptation.Base base, Optional<Pool> pool, boolean resident, PoolWatch watch) {
    /** With a pool that nobody withdraws from. */
    public Loaded(Adaptation.Base base, Optional<Pool> pool, boolean resident) {
        this(base, pool, resident, PoolWatch.NONE);
    }

    public Loaded {
        pool.ifPresent(pieces -> {
            if (!pieces.base().equals(base.fingerprint())) {
                throw new IllegalArgumentException(
                        "the pool is for base model %s, not for %s".formatted(pieces.base(), base.fingerprint()));
            }
        });
        if (resident && pool.isEmpty()) {
            throw new IllegalArgumentException("a pool that is not there cannot be resident");
        }
    }
}
