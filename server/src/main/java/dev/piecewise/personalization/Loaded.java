package dev.piecewise.personalization;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.Pool;
import java.util.Optional;

/**
 * What the device holds for everybody.
 *
 * @param pool the pieces that plans are made of; empty where there are none
 * @param resident whether the pool's columns are on the device, so that plans run as gains
 */
public record Loaded(Adaptation.Base base, Optional<Pool> pool, boolean resident) {
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
