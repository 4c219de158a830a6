package dev.piecewise.tenant;

import org.jspecify.annotations.Nullable;

/** Finds out who asks and whether they may. Called on event loops: it must not wait. */
@FunctionalInterface
public interface Entrance {
    /** No keys are asked for. */
    Entrance WITHOUT_KEYS = (_, _) -> Caller.ANYBODY;

    /**
     * Who sent this {@code Authorization} header, or none. UNAUTHORIZED without a key that is known, FORBIDDEN with one that may not, UNAVAILABLE while keys cannot be
     * told.
     */
    Caller admit(Access access, @Nullable String authorization);

    /** Keys were made or have changed; holds from when this returns. Blocking. */
    default void changed() {}
}
