package dev.piecewise.personalization;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.Plan;
import dev.piecewise.error.ErrorCode;
import java.util.Optional;

/** Whether there is a plan that a user can be served by. */
sealed interface Finding {
    /**
     * A plan for a version of the pool.
     *
     * @param gains where all of its pieces are on the device
     */
    record Found(Plan plan, Edition edition, Optional<Adaptation.Resident> gains) implements Finding {}

    /** {@code reason} in words; {@code code} is what a request gets that insists on a plan. */
    record Missing(String reason, ErrorCode code) implements Finding {}
}
