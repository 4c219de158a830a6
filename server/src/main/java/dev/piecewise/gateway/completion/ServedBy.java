package dev.piecewise.gateway.completion;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.adapter.PlanJson;
import dev.piecewise.personalization.Served;
import org.jspecify.annotations.Nullable;

/**
 * The answer's {@code piecewise} object: what answered, and why.
 *
 * @param pieces where {@code explain} asks for them: per site the sharers with their weights, as plans write them
 */
public record ServedBy(
        String mode,
        String fingerprint,
        @Nullable String pool,
        String reason,
        int historyItems,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable JsonNode pieces) {

    public static ServedBy of(Served served, boolean explain) {
        return new ServedBy(
                served.mode().wire(),
                served.adaptation().fingerprint(),
                served.pool().orElse(null),
                served.reason(),
                served.historyItems(),
                explain ? PlanJson.sitesToJson(served.pieces()) : null);
    }
}
